# `make book` and `make test` need python3 >= 3.11 and nothing else; `make` lists the rest.

PYTHON ?= python3
PORT   ?= 8000
BIN    := .venv/bin
ENV    := .venv/installed
BOOK   := _build/built

SOURCES := _config.yml _toc.yml $(shell find dmnb book -type f \
             -not -path '*/__pycache__/*' -not -path '*/.*')

export PIP_DISABLE_PIP_VERSION_CHECK  := 1
export PYDEVD_DISABLE_FILE_VALIDATION := 1

.PHONY: help book test lint serve clean
.DEFAULT_GOAL := help

help: ## List these commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  \033[1mmake %-6s\033[0m %s\n", $$1, $$2}' Makefile

book: $(BOOK) ## Build the book: run every notebook, write static pages
	@echo "The book is in $(CURDIR)/_build/html/index.html; 'make serve' shows it."

test: lint $(BOOK) ## Run every check: style, unit tests, notebooks, the pages in a browser
	$(BIN)/pytest -n 2 --dist loadfile --nbval-lax --nbval-sanitize-with tests/nbval.cfg book tests

lint: $(ENV) ## Check style and spelling
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/codespell

serve: $(BOOK) ## Show the book at http://localhost:8000 (PORT=... for another port)
	$(BIN)/python -m http.server --bind localhost --directory _build/html $(PORT)

clean: ## Remove what was built (.venv, the environment, stays)
	rm -rf _build build dist

# Packages are those that constraints.txt pins; they are installed again only when it changes.
$(ENV): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and \
	  "$(PYTHON) is older than the 3.11 needed: name a newer one, make PYTHON=python3.11 ...")'
	@echo "Installing into .venv; the first time takes some minutes."
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet -c constraints.txt -e '.[test]'
	@touch $@

# The execution cache knows the notebooks but not the package they import: start from nothing.
$(BOOK): $(ENV) $(SOURCES)
	rm -rf _build
	$(BIN)/jupyter-book build . -n -W --keep-going
	@touch $@
