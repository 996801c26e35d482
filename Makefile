# Everything runs in .venv, which is made on first use; PYTHON=/path/to/python chooses the interpreter (3.11 or later).

BIN := .venv/bin
READY := .venv/.ready
FLEET := examples/fleet
# The attestations and waivers of the example are fresh on this day; without it they would get stale.
DAY := 2026-11-24
UV ?= uv
COMPILE = $(UV) pip compile --quiet --generate-hashes --universal --no-emit-index-url \
	--custom-compile-command "make lock" $(UPGRADE) --python-version

MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help
.PHONY: help setup demo test lint bench lock

help: ## list the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 10

setup: $(READY) ## make .venv from the lock file

demo: $(READY) ## build the example fleet and let the real tools judge the output
	@$(BIN)/tenant-compile build -C $(FLEET) --judged-on $(DAY)
	@$(BIN)/python scripts/demo.py $(FLEET)/build

test: $(READY) ## run the unit and integration tests; ARGS goes to pytest
	@$(BIN)/python -m pytest -n auto $(ARGS)

lint: $(READY) ## check style, types and layers
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

bench: $(READY) ## measure speed and memory beside other tools; ARGS goes to the harness
	@$(BIN)/python tests/performance/bench.py $(ARGS)

lock: ## compile the lock files again (needs uv; UPGRADE=--upgrade takes newer versions)
	@$(COMPILE) 3.11 --group dev --extra fast --extra models pyproject.toml -o requirements/dev.txt
	@$(COMPILE) 3.11 --extra fast -c requirements/dev.txt pyproject.toml -o requirements/runtime.txt
	@$(COMPILE) 3.11 --group kapitan -o requirements/kapitan.txt
	@$(COMPILE) 3.14 --group oracle -o requirements/oracle.txt

$(READY): requirements/dev.txt requirements/oracle.txt pyproject.toml scripts/venv.sh scripts/oracle.sh
	@echo "making .venv"
	@sh scripts/venv.sh .venv requirements/dev.txt -e .
	@sh scripts/oracle.sh .venv requirements/oracle.txt
	@touch $@
