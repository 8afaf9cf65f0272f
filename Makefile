# One target per wish. Every target sets itself up: the first run makes .venv and installs requirements.txt into it.
# make ends with 2 for every failure; where the exit code matters, call agent-network itself (docs/reference/exit-codes.md).
STACK ?= dev
CMD ?= pulumi preview
PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin/python
COMMAND := $(VENV)/bin/agent-network

# the command line of `engine` reaches its shell as it was typed, quotes and all
export CMD

.DEFAULT_GOAL := help
.PHONY: help setup preview up destroy engine deployer test mutants check fix bench schema lock clean

help: ## list the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 10

# Compiled on every core, where pip uses one; a package may have files for another version of Python, which pip skips too.
$(VENV)/.installed: requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed; this is " + sys.version.split()[0] + " (choose another with PYTHON=...)" if sys.version_info < (3, 11) else 0)'
	@echo "setting up $(VENV) (once, about a minute)" >&2
	@$(PYTHON) -m venv $(VENV)
	@$(VENV)/bin/pip install --quiet --disable-pip-version-check --no-compile --require-hashes --requirement requirements.txt
	@$(VENV)/bin/python -m compileall -qq -j 0 $(VENV)/lib || true
	@$(VENV)/bin/pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps --editable .
	@touch $@

setup: $(VENV)/.installed ## create .venv and install the pinned packages

preview: setup ## show planned resources and access, on local Azure (STACK=dev, SUMMARY=1 for few lines)
	@$(COMMAND) preview --stack $(STACK) $(if $(SUMMARY),--summary) --save .localazure/$(STACK).preview.json
	@echo
	@$(COMMAND) access $(if $(SUMMARY),report,review) --stack $(STACK) --of .localazure/$(STACK).preview.json

up: setup ## deploy the stack to local Azure (STACK=dev, SUMMARY=1 for few lines)
	@$(COMMAND) up --stack $(STACK) $(if $(SUMMARY),--summary)

destroy: setup ## delete the stack's resources from local Azure (STACK=dev)
	@$(COMMAND) destroy --stack $(STACK)

engine: setup ## run CMD with the real Pulumi engine on local Azure (CMD="pulumi up")
	@$(COMMAND) engine -- "$$CMD"

deployer: setup ## print role and condition of the deploying identity as JSON (SUBSCRIPTION=... OBJECT_ID=... GROUP=... EXISTING_GROUP=1 WORKSPACE=... CALLERS="agents people")
	@$(COMMAND) deployer --subscription "$(SUBSCRIPTION)" --object-id "$(OBJECT_ID)" $(if $(GROUP),--group "$(GROUP)") $(if $(EXISTING_GROUP),--existing-group) $(if $(WORKSPACE),--workspace "$(WORKSPACE)") $(CALLERS:%=--callers %)

test: setup ## run all tests
	@$(RUN) -m pytest -q -n auto --dist worksteal

mutants: setup ## change the code in many small ways, and count the changes that no test detects (MUTANTS="--renew")
	@$(RUN) -m tests.mutants $(MUTANTS)

check: setup ## check lint, format and types, without changes
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/ruff format --check .
	@$(VENV)/bin/pyright

fix: setup ## apply automatic fixes of lint and format
	@$(VENV)/bin/ruff check --fix .
	@$(VENV)/bin/ruff format .

schema: setup ## write the JSON schemas from the models
	@$(COMMAND) manifest schema

# Wheels alone, since the build of a source distribution runs code that no hash covers; yattag is published as nothing else.
# The two options precede the packages in this order: pip forgets a `--no-binary` that comes before `--only-binary :all:`.
lock: setup ## write requirements.txt from pyproject.toml, with hashes (LOCK=--upgrade for newer indirect packages)
	@$(VENV)/bin/uv pip compile pyproject.toml --group dev $(LOCK) --quiet --universal --python-version 3.11 --generate-hashes \
		--only-binary :all: --no-binary yattag --no-header --output-file requirements.txt
	@printf '%s\n' '# Written by `make lock` from pyproject.toml, which has the direct packages and why each is there.' \
		'--only-binary :all:' '--no-binary yattag' '' | cat - requirements.txt > requirements.txt.new
	@mv requirements.txt.new requirements.txt

bench: setup ## print the figures of docs/benchmarks.md
	@$(RUN) benchmarks/preview.py
	@$(RUN) benchmarks/access.py
	@$(RUN) benchmarks/local_azure.py
	@$(RUN) benchmarks/user_context.py

clean: ## delete .venv and the files of local runs
	rm -rf $(VENV) .localazure report .mutants .pytest_cache .hypothesis .ruff_cache
