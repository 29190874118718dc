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

unit: .venv/test.stamp  ## every Python test, on SQLite and PostgreSQL, and the journeys in a browser
	$(BIN)/python -m contest.frontend build
	$(BIN)/python -m pytest -n 2 --dist loadgroup --max-worker-restart 0 --durations=15 -m "not long" tests

nightly: .venv/test.stamp browser  ## long runs: more seeds, more kills, full sizes
	$(BIN)/python -m pytest -n 2 --dist loadgroup -m "long or not long" tests

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
