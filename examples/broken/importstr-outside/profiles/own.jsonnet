{ spec: { display_name: importstr '../../../../README.md' } }
