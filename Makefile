# Everything a person or CI does here. Needs python3.11+ and make; uv is used when it is there.

PYTHON ?= python3
VENV   ?= .venv
UV     := $(shell command -v uv 2>/dev/null)
RUN    := $(VENV)/bin/python
PIP    := $(RUN) -m pip install -q --disable-pip-version-check
INSTALL := $(if $(UV),uv pip install -q --python $(RUN),$(PIP))
NODE_CLIENTS := tests/clients/node/node_modules
RALPH_CLIENT := .bench/ralph-client
RALPH_SERVER := .bench/ralph-malph-5.1.0
OPEN_EDX := .bench/lti-consumer-xblock-11.4.4
T      ?= tests
PORT   ?= 5000

.DEFAULT_GOAL := help
.PHONY: help demo serve test check format messages conformance attacks clients
.PHONY: bench-launch bench-matching bench-bridge bench-roster bench-lrs clean

help: ## Show what there is
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(VENV)/.demo ## Run the whole story on temporary files, and check each step
	@$(RUN) -m plugin demo

serve: $(VENV)/.demo ## Serve the tool with the demo campus beside it (PORT=5000)
	@$(RUN) -m plugin serve --campus --port $(PORT)

test: $(VENV)/.test ## Run the tests on every database and browser there is (T=tests/lti for some)
	@$(RUN) -m pytest -q -n auto $(T)

check: $(VENV)/.test ## Lint, format, types, import contracts
	$(VENV)/bin/ruff check
	$(VENV)/bin/ruff format --check
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports

format: $(VENV)/.test ## Let the formatter decide
	$(VENV)/bin/ruff check --fix
	$(VENV)/bin/ruff format

messages: $(VENV)/.demo ## Collect what is said, for translators (L=fr begins a language)
	@$(RUN) -m plugin.translations $(L)

conformance: $(VENV)/.test ## Run ADL's suite of the record store (SUITE=/path/to/a/checkout of it)
	@$(RUN) -m tests.conformance.run $(or $(SUITE),$(error Say where the suite is: make conformance SUITE=…; see docs/conformance.md))

clients: $(VENV)/.test $(NODE_CLIENTS)/.package-lock.json $(RALPH_CLIENT)/.installed $(RALPH_SERVER)/installed $(OPEN_EDX)/installed ## Try other people's clients, stores and platform beside ours (needs node)
	@$(RUN) -m pytest -q tests/clients

attacks: $(VENV)/.test ## Kill, flood and fuzz the record store for long (E=50: times as much as usual)
	@MENTES_TEST_EFFORT=$(or $(E),50) $(RUN) -m pytest -q -n auto tests/attacks/lrs tests/lrs_bridge/fuzz

bench-launch: $(VENV)/.demo ## Measure logins and launches beside PyLTI1p3 (B="--rounds 5" for a short run)
	@$(RUN) -m benchmarks.launch $(B)

bench-matching: $(VENV)/.demo ## Measure the matching beside its peers (B=--quick for a small part)
	@$(RUN) -m benchmarks.matching $(B)

bench-bridge: $(VENV)/.test ## Measure completions in and statements out (B="--only apply" for a part)
	@$(RUN) -m benchmarks.bridge $(B)

bench-roster: $(VENV)/.test ## Measure a roster coming in: members a second, memory (B=--quick for a tenth)
	@$(RUN) -m benchmarks.roster $(B)

bench-lrs: $(VENV)/.test ## Measure the record store beside its peers (B=--quick for a small part)
	@$(RUN) -m benchmarks.lrs $(B)

clean: ## Remove what was installed
	rm -rf $(VENV) .bench $(NODE_CLIENTS)

$(VENV)/bin/python:
	@echo "Making $(VENV) …"
	@$(if $(UV),uv venv -q $(VENV) --python $(PYTHON),$(PYTHON) -m venv $(VENV))
	@$(if $(UV),,$(PIP) -U pip)

$(VENV)/.demo: pyproject.toml | $(VENV)/bin/python
	@echo "Installing what the tool needs …"
	@$(INSTALL) -e '.[demo]'
	@touch $@

$(VENV)/.test: pyproject.toml | $(VENV)/bin/python
	@echo "Installing what the tests need …"
	@$(INSTALL) -e '.[demo,postgresql,s3,server]' --group test --group check
	@touch $@ $(VENV)/.demo

$(NODE_CLIENTS)/.package-lock.json: tests/clients/node/package-lock.json
	@command -v npm >/dev/null || { echo "Two of the clients need node 20 or later with npm: https://nodejs.org/" >&2; exit 1; }
	@npm ci --prefix $(<D) --ignore-scripts --no-audit --no-fund --loglevel error
	@touch $@

$(RALPH_SERVER)/installed: benchmarks/lrs/servers/ralph.py | $(VENV)/.test
	@$(RUN) -c "from benchmarks.lrs.servers.ralph import python; python()"
	@touch $@

$(OPEN_EDX)/installed: tests/clients/open_edx_campus.py | $(VENV)/.test
	@$(RUN) -c "from tests.clients.open_edx_campus import python; python()"
	@touch $@

$(RALPH_CLIENT)/.installed: tests/clients/ralph.txt
	@$(PYTHON) -m venv --clear $(@D)
	@$(@D)/bin/python -m pip install -q --disable-pip-version-check -r $<
	@touch $@
