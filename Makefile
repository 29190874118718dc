# Two commands for a newcomer: `make run` and `make test`. Nothing but Python 3.11 or newer is needed.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: run test check unit nightly bench wheel documents lock clean

run: .venv/run.stamp  ## set up and start the demo contest with simulated judges
	@exec $(BIN)/jiangsai demo

test: .venv/test.stamp browser check unit  ## everything that must hold before a change lands

check: .venv/test.stamp  ## style, types, layers, front end
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m contest.frontend check

UNIT := $(BIN)/python -m pytest -n 2 --dist loadgroup --max-worker-restart 0 --durations=15 -m "not long" tests

unit: .venv/test.stamp  ## every Python test, on SQLite and PostgreSQL, and the journeys in a browser
	$(BIN)/python -m contest.frontend build
	$(UNIT)

# What judges by seconds, or starts a whole installation, runs alone; the rest of the night two at a time.
ALONE := $(addprefix tests/faults/test_,l*.py d7*.py d12*.py d13*.py d14*.py d15*.py t4*.py) tests/realtime/test_bench.py
# A test of the night may take two hours; what hangs is ended all the same.
NIGHT := $(BIN)/python -m pytest -m long --durations=0 -o faulthandler_timeout=7800

# About four hours on two cores with nothing else to do, smallest part first: everything of `make test` (a quarter of
# an hour), what runs alone (an hour), then the large sizes two at a time (three hours, half of it D8). All parts run
# whatever fails. Nothing needs privileges beyond those of `make test`: no network is configured, no file system
# mounted; with root, databases run under accounts of their own. docs/reliability.md says what each test does.
nightly: .venv/test.stamp browser  ## long runs: more seeds, more kills, full sizes; about four hours
	$(BIN)/python -m contest.frontend build
	@failed=; seed=$${JIANGSAI_TEST_SEED:-$$(date +%Y%m%d)000000}; \
	echo "About four hours. JIANGSAI_TEST_SEED=$$seed make nightly repeats this night."; \
	env -u JIANGSAI_TEST_SEED $(UNIT) || failed="$$failed unit"; \
	JIANGSAI_TEST_SEED=$$seed $(NIGHT) $(ALONE) || failed="$$failed alone"; \
	JIANGSAI_TEST_SEED=$$seed $(NIGHT) -n 2 --dist loadgroup \
	  $(foreach file,$(ALONE),--ignore-glob='$(CURDIR)/$(file)') tests || failed="$$failed long"; \
	echo "Night of seed $$seed:$${failed:- everything held}"; [ -z "$$failed" ]

bench: .venv/test.stamp  ## figures beside their peers and limits
	$(BIN)/python -m bench

wheel: .venv/run.stamp  ## a wheel that carries the built front end
	$(BIN)/jiangsai build
	$(BIN)/python -m hatchling build -t wheel
	@ls dist/*.whl

documents: .venv/test.stamp  ## write OpenAPI, AsyncAPI, TypeScript types and the error catalogue anew
	$(BIN)/jiangsai documents

.PHONY: screenshot
screenshot: .venv/test.stamp browser  ## the README's picture, from the running product
	$(BIN)/python -m tests.journeys.screenshot

.PHONY: browser
browser:  ## Chromium and a Chinese font for the browser tests, through apt where it may
	@sh tests/browser.sh

lock:  ## resolve the dependencies anew; the locks name no host
	$(BIN)/uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11 pyproject.toml -o requirements/run.txt
	$(BIN)/uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11 pyproject.toml --group build --group frontend -o requirements/demo.txt
	$(BIN)/uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11 pyproject.toml --group build --group frontend --group dev -o requirements/dev.txt
	echo uv | $(BIN)/uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11 - -o requirements/uv.txt

.venv/uv.stamp: requirements/uv.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements/uv.txt
	@touch $@

.venv/run.stamp: .venv/uv.stamp requirements/demo.txt pyproject.toml
	VIRTUAL_ENV=.venv $(BIN)/uv pip install -q --require-hashes -r requirements/demo.txt
	VIRTUAL_ENV=.venv $(BIN)/uv pip install -q --no-deps --no-build-isolation -e .
	@touch $@

.venv/test.stamp: .venv/run.stamp requirements/dev.txt
	VIRTUAL_ENV=.venv $(BIN)/uv pip install -q --require-hashes -r requirements/dev.txt
	@touch $@

clean:  ## remove what was built; the database under var/ stays
	rm -rf .venv frontend/node_modules frontend/dist dist build
