# Everything runs in .venv, which is made on first use; PYTHON=/path/to/python chooses the interpreter (3.11 or later).

BIN := .venv/bin
READY := .venv/.ready
FLEET := examples/fleet
UV ?= uv
COMPILE = $(UV) pip compile --quiet --generate-hashes --universal --python-version 3.11 --no-emit-index-url \
	--custom-compile-command "make lock"

MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help
.PHONY: help setup demo test lint bench lock

help: ## list the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 10

setup: $(READY) ## make .venv from the lock file

demo: $(READY) ## build the example fleet and let the real tools judge the output
	@$(BIN)/tenant-compile build -C $(FLEET)
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
	@$(COMPILE) $(UPGRADE) --group dev --extra fast --extra models pyproject.toml -o requirements/dev.txt
	@$(COMPILE) $(UPGRADE) --extra fast -c requirements/dev.txt pyproject.toml -o requirements/runtime.txt
	@$(COMPILE) $(UPGRADE) --group kapitan -o requirements/kapitan.txt

$(READY): requirements/dev.txt pyproject.toml scripts/venv.sh
	@echo "making .venv"
	@sh scripts/venv.sh .venv requirements/dev.txt -e .
	@touch $@
