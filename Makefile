# A fresh machine needs only make and Python 3.11 or newer: `make serve` or `make test` does
# the rest inside .venv. Whoever prefers an environment of their own needs none of this:
# `pip install -c constraints.txt -e '.[test]'` is all that `make setup` does.

PYTHON ?= python3.11 python3.12 python3.13 python3 python
ARGS ?=

# A process of tests for each core (ARGS="-n 0" for one alone); a file stays in one process, and
# files keep their order: an event loop that the browser's tests leave behind would fail others.
SHARED := -n logical --maxprocesses 4 --dist loadfile --no-loadscope-reorder

BIN := .venv/bin
SET := pyproject.toml constraints.txt
MINIMUM := import sys; sys.exit(sys.version_info < (3, 11))

# A stamp stands for an installation that came to its end. Without a Python that starts (none
# yet, or the system's was replaced) the stamps say nothing.
ifeq ($(wildcard $(BIN)/python),)
SET += no-python
endif

.PHONY: help setup serve test test-all bench check tour notebooks chromium clean no-python

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: .venv/.test ## Install the workbench and its test tools into .venv

serve: .venv/.base ## Open the workbench in a browser (ARGS="--port 5007" and the like)
	$(BIN)/engram-workbench serve $(if $(findstring show,$(ARGS)),,--show) $(ARGS)

test: .venv/.test chromium ## Run the tests (ARGS="-k recall" and the like)
	$(BIN)/python -m pytest $(SHARED) $(ARGS)

test-all: .venv/.test chromium ## Run the slow tests too
	$(BIN)/python -m pytest -m "not bench" $(SHARED) $(ARGS)

bench: .venv/.bench ## Measure speed
	$(BIN)/python -m pytest -m bench $(ARGS)

check: .venv/.test ## Lint, formatting, types, import contracts
	$(BIN)/python -m ruff check .
	$(BIN)/python -m ruff format --check .
	$(BIN)/python -m pyright
	$(BIN)/lint-imports

notebooks: .venv/.test ## Bring each notebook's .ipynb up to its .py, which is the one to edit
	$(BIN)/jupytext --quiet --update --to ipynb notebooks/*.py

tour: .venv/.test chromium ## Take the tour of screenshots in the README from a running workbench
	$(BIN)/python tests/ui/tour.py

clean: ## Remove what tests and builds left behind (.venv stays)
	rm -rf build dist test-results *.egg-info .pytest_cache .hypothesis .ruff_cache
	rm -rf .import_linter_cache .benchmarks
	find workbench models apps tests notebooks -name __pycache__ -prune -exec rm -rf {} +

.venv/.base: $(SET)
	$(call install,.,the workbench)

.venv/.test: $(SET)
	$(call install,.[test],the workbench and its test tools)
	@touch .venv/.base

.venv/.bench: $(SET)
	$(call install,.[test$(comma)bench],the workbench and its benchmarks)
	@touch .venv/.base .venv/.test

comma := ,

# Find or make .venv, install $(1) (called $(2)) there, then stamp. The file .installing outlives
# only an interruption; what is then left of the packages cannot be trusted.
define install
@if [ -e .venv/.installing ] || ! $(BIN)/python -c '$(MINIMUM)' 2>/dev/null; then \
  for python in $(PYTHON) none; do $$python -c '$(MINIMUM)' 2>/dev/null && break; done; \
  if [ $$python = none ]; then \
    echo 'No Python 3.11 or newer among: $(PYTHON). Install one, or name it: make PYTHON=/path/to/python'; \
    exit 1; \
  fi; \
  if ! $$python -c 'import venv, ensurepip' 2>/dev/null; then \
    version=$$($$python -c 'import sys; print("%d.%d" % sys.version_info[:2])'); \
    echo "$$python cannot make virtual environments. On Debian and Ubuntu: apt-get install python$$version-venv"; \
    exit 1; \
  fi; \
  echo "Making the virtual environment .venv with $$($$python --version) ..."; \
  $$python -m venv --clear .venv || exit 1; \
fi
@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(BIN)/python -m ensurepip >/dev/null
@echo 'Installing $(2) into .venv (the first time about two minutes and 2 GB) ...'
@touch .venv/.installing
@$(BIN)/python -m pip install -qq --disable-pip-version-check -c constraints.txt -e '$(1)' \
  || { rm -f .venv/.installing; exit 1; }
@rm -f .venv/.installing && touch $@ && echo 'Installed.'
endef

chromium:
	@for browser in "$$CHROMIUM" chromium chromium-browser google-chrome google-chrome-stable; do \
	  if [ -n "$$browser" ] && command -v "$$browser" >/dev/null 2>&1; then exit 0; fi; \
	done; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then \
	  echo 'Installing Chromium for the browser tests (about a minute, 0.5 GB) ...'; \
	  export DEBIAN_FRONTEND=noninteractive; \
	  if apt-get update -qq >/dev/null 2>&1 && apt-get install -y -qq chromium >/dev/null 2>&1; \
	  then exit 0; fi; \
	fi; \
	echo 'No Chromium found, which the browser tests need: install the package chromium (or' \
	  'Google Chrome), or set CHROMIUM to the path of one.'
