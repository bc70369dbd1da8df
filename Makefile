# make run    the headline study: installs, runs, writes reports/<study>/index.html, prints the summary,
#             and how to open the study as a page to try it
# make test   installs with the test extra, runs the tests of a few minutes
# make test-slow   those that compile from an empty cache, build wheels or draw much
# make test-numba  the oldest and the newest numba that are allowed; needs the network
# make check  lint, format, types, layers
# make validation  published functions, examples of guides, jobs of the field; writes reports/validation/
# make bench  the comparison with other tools, about ten minutes; writes reports/benchmarks/
# make docs   the pages of the documentation, in docs/_build; runs all that they show
# make coverage  how often stated errors hold, half an hour; writes reports/coverage/
# Each target builds .venv by itself; nothing else is needed than Python >= 3.11 and make.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
# Tests are shared out to as many processes as there are processors, 4 at most for the memory, and
# linear algebra has one thread in each, as in the command.
PYTEST := OPENBLAS_NUM_THREADS=1 $(BIN)/python -m pytest -n logical --maxprocesses 4 --dist loadscope
PIP := $(BIN)/python -m pip --disable-pip-version-check -q install -c constraints.txt
STUDY ?= tinyml_global
STUDIES := tinyml_global tinyml_fleet tinyml_device tinyml_device_settings tinyml_table mcu_chip \
  model_life_cycle efficiency_compute efficiency_growth efficiency_tradeoffs offset_tinyml_global \
  offset_thermostat offset_lighting offset_occupancy_hvac offset_irrigation offset_methane \
  offset_food_waste offset_predictive_maintenance offset_wildfire declared_products

LIVE := tinyml_device # whose report carries the model

.PHONY: run reports test test-slow test-numba check format validation bench docs coverage clean

run: $(VENV)/.core
	$(BIN)/mcsus run $(STUDY) --out runs/$(STUDY) --no-report
	rm -rf reports/$(STUDY)
	$(BIN)/mcsus report runs/$(STUDY) --to reports/$(STUDY)
	@echo "Change an input and see what follows: $(BIN)/mcsus serve --open runs/$(STUDY)"

reports: $(VENV)/.core
	rm -rf $(addprefix reports/,$(STUDIES))
	for study in $(STUDIES); do \
	  $(BIN)/mcsus run $$study --out runs/$$study --no-report > /dev/null || exit $$?; \
	  live=; case " $(LIVE) " in *" $$study "*) live=--live;; esac; \
	  $(BIN)/mcsus report runs/$$study --to reports/$$study $$live || exit $$?; \
	done
	$(BIN)/python tools/gallery.py $(STUDIES)
	$(BIN)/python tools/update_readme.py
	$(BIN)/python tools/compare_products.py

test: $(VENV)/.test
	$(PYTEST)

test-slow: $(VENV)/.test
	$(PYTEST) -m slow

test-numba: $(BIN)/python
	$(BIN)/python tools/try_numba.py

check: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/.dev
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

validation: $(VENV)/.test
	$(BIN)/python -m tests.validation
	$(BIN)/python -m tests.field

bench: $(VENV)/.bench
	$(BIN)/python -m tests.benchmarks.bench
	$(BIN)/python -m tests.benchmarks.page
	$(BIN)/python -m tests.benchmarks.with_laws

coverage: $(VENV)/.test
	$(BIN)/python -m tests.coverage.measure
	$(BIN)/python -m tests.coverage.indices

docs: $(VENV)/.docs
	OPENBLAS_NUM_THREADS=1 $(BIN)/python -m sphinx -W --keep-going -q -j auto docs docs/_build/html
	@echo "Read docs/_build/html/index.html"

clean:
	rm -rf $(VENV) runs build dist docs/_build docs/_drawn docs/_made docs/gallery docs/reference/library .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.core: pyproject.toml constraints.txt | $(BIN)/python
	$(PIP) -e '.[web]'
	touch $@

$(VENV)/.test $(VENV)/.dev $(VENV)/.bench $(VENV)/.docs: $(VENV)/.%: pyproject.toml constraints.txt | $(BIN)/python
	$(PIP) -e '.[$*]'
	touch $@
