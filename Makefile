# `make demo` and `make test` need only Python 3.11+ and make: each sets up what it uses.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed

.DEFAULT_GOAL := help
.PHONY: help install demo triton test lint format schema constraints prepare \
	train train-outline train-classical bench clean

help: ## Show what can be made
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 18

install: $(INSTALLED) ## Create .venv with everything in it

$(INSTALLED): pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Wetread needs Python 3.11 or newer: make PYTHON=python3.11 …")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	@touch $@

# STUDY="PRIOR_DIR CURRENT_DIR" plays your own DICOM folders instead of the generated chest.
STUDY ?=
OUT ?= out/demo
demo: $(INSTALLED) ## Play hospital and PACS around the real service: marks, table, findings
	$(BIN)/wetread demo $(foreach dir,$(STUDY),--study $(dir)) --out $(OUT)

# Of the wheel only the server is used: its Python part wants numpy 1.
triton: $(INSTALLED) ## Install the real Triton server, for `serve` to start and for its tests
	$(BIN)/python -m pip install --quiet --no-deps --upgrade --target $(VENV)/triton nvidia-pytriton==0.7.0

# A worker a core: more threads in each would only wait for one another. Files in their own order:
# the long ones of acceptance come first, and no worker is left with them at the end.
test: $(INSTALLED) ## Run every test that can run here; missing peers are skipped and named
	OMP_NUM_THREADS=1 $(BIN)/pytest --numprocesses logical --dist loadfile --no-loadscope-reorder $(TESTS)

lint: $(INSTALLED) ## Check style, types and layers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(INSTALLED) ## Rewrite the sources in the house style
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

schema: $(INSTALLED) ## Publish the JSON Schema of findings.json
	$(BIN)/python -m routing.results.schema > docs/findings.schema.json

constraints: ## Try the newest versions and pin them (then run the tests)
	rm -rf build/resolve && $(PYTHON) -m venv build/resolve
	build/resolve/bin/pip install --quiet '.[dev]'
	build/resolve/bin/pip freeze --exclude wetread > constraints.txt

REAL_CT ?= $(WETREAD_REAL_CT)
DEVELOPMENT := build/development
PACKAGES := models/packages
# Threads wait busily: beside nothing else that is a third faster.
TRAINING := OMP_WAIT_POLICY=ACTIVE $(BIN)/python -m inference
prepare: $(INSTALLED)
	$(BIN)/python -m inference.development.prepare "$(REAL_CT)" $(DEVELOPMENT)

train: prepare ## Train the detector again (2 hours): REAL_CT names the folder of public scans
	$(TRAINING).detection.network.training --data $(DEVELOPMENT) \
		--work build/network --out $(PACKAGES)/wetread-nodule

train-outline: prepare ## Train the outlining of nodules again (half an hour)
	$(TRAINING).measurement.training fit --data $(DEVELOPMENT) \
		--work build/outline --out $(PACKAGES)/nodule-outline

train-classical: prepare ## Fit the classical detector again (12 minutes)
	$(TRAINING).detection.classical.training --data $(DEVELOPMENT) \
		--out $(PACKAGES)/classical-nodule --false-marks 8

bench: $(INSTALLED) ## Measure, side by side in one run
	$(BIN)/python benchmarks/study.py
	$(BIN)/python benchmarks/intake.py
	$(if $(REAL_CT),$(BIN)/python -m benchmarks.detection "$(REAL_CT)/LIDC-IDRI-0001" --model wetread-nodule)

clean: ## Remove what was built here
	rm -rf $(VENV) build out .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
