# A library: it has no metadata.
package acme.lib

import rego.v1

page(team) := strings.render_template("https://teams.acme.example/{{.}}", team)
