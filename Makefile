# make run     the portal, from a fresh machine to its address
# make demo    the same with demo data and simulated stations
# make test    every test, the browser's included
# make check   what can be said of the code without running it
# make texts   take new texts into the catalogs of translations
# make bench   the benchmarks' table

PYTHON ?= python3
BIN := .venv/bin
LIGHTHOUSE := tests/browser/lighthouse
DEMO_DATA ?= var/demo
OCPP_PORT := $(or $(lastword $(subst :, ,$(PORTAL_OCPP))),9000)

.PHONY: run demo test check texts bench browser
.DELETE_ON_ERROR:

run: .venv/.runtime
	@exec $(BIN)/python app.py

demo: export PORTAL_DATA := $(or $(PORTAL_DATA),$(DEMO_DATA))
demo: .venv/.runtime
	@$(BIN)/python -m simulator.demo --data "$(PORTAL_DATA)"
	@$(BIN)/python -m simulator --data "$(PORTAL_DATA)" --url ws://127.0.0.1:$(OCPP_PORT)/Ocpp/websocket & stations=$$!; \
	    $(BIN)/python app.py & portal=$$!; \
	    trap 'kill $$portal' INT TERM; \
	    while kill -0 $$portal 2>/dev/null; do wait $$portal; done; \
	    kill $$stations

test: .venv/.tests browser $(LIGHTHOUSE)/node_modules
	@$(BIN)/python -m pytest -n auto --maxprocesses 4

check: .venv/.tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

texts: .venv/.tests
	@$(BIN)/pybabel -q extract -F translations/babel.cfg -k lazy_gettext -k N_ -k told -k InvalidInput:3 -k NotFound:1 -k AlreadyExists:1 \
	    --no-location --sort-output --no-wrap \
	    -o translations/messages.pot .
	@$(BIN)/pybabel -q update -i translations/messages.pot -d translations --no-fuzzy-matching --no-wrap \
	    --ignore-obsolete --ignore-pot-creation-date
	@rm translations/messages.pot

bench: .venv/.tests browser
	@$(BIN)/python -m benchmarks

.venv/.runtime: requirements.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

.venv/.tests: requirements-dev.txt requirements.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@ .venv/.runtime

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	    || { echo 'The portal needs Python 3.11 or newer. Name one: make PYTHON=python3.12 …'; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || $(call install,python3-venv)
	$(PYTHON) -m venv .venv

browser:
	@command -v chromium >/dev/null || $(call install,chromium)
	@command -v chromium-headless-shell >/dev/null || ($(call install,chromium-headless-shell)) \
	    || echo 'The tests use chromium instead, which takes them a quarter longer.'
	@ls /usr/lib/*/libatomic.so.1 >/dev/null 2>&1 || $(call install,libatomic1)  # for Playwright's driver
	@command -v npm >/dev/null || $(call install,npm)

$(LIGHTHOUSE)/node_modules: $(LIGHTHOUSE)/package-lock.json | browser
	@npm ci --loglevel=error --no-audit --no-fund --prefix $(LIGHTHOUSE)
	@touch $@

# A Debian package: installed for root, named to others.
install = if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; \
    then apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends $(1); \
    else echo 'Missing: $(1). Install it first: sudo apt-get install $(1)'; exit 1; fi
