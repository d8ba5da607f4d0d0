# `make help` shows what there is.

BUILD := .build
VENV := .venv
PYTHON ?= python3
BIN := $(VENV)/bin
export PATH := $(CURDIR)/$(BIN):$(PATH)
export ANSIBLE_COLLECTIONS_PATH := $(CURDIR)/$(BUILD)/collections

# What `make demo` boots, and what `make test` and `make molecule` go through.
DEMO_SUITE ?= trixie
EXC_SUITES ?= trixie bookworm
EXC_NICS ?= e1000e,virtio-net-pci,vmxnet3
# What `make artifact` builds: on which Debian, and with which PMDs beyond the virtual ones.
ARTIFACT_SUITE ?= bookworm
ARTIFACT_DRIVERS ?= net/e1000,net/i40e,net/iavf,net/ice,net/igc,net/ixgbe,net/vmxnet3
# What `make fuzz` takes for each parser of the forwarder.
FUZZ_SECONDS ?= 30
export DEMO_SUITE EXC_SUITES EXC_NICS

COLLECTION := $(BUILD)/collections/ansible_collections/dataplane/exception_path
SOURCES = $(shell git ls-files --cached --others --exclude-standard \
	galaxy.yml README.md LICENSE meta playbooks plugins roles changelogs docs tests 2>/dev/null | grep -v ' ')

.PHONY: help venv deps collection demo down artifact test unit archive lint fuzz containers molecule bench clean

help:  ## show this
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /\1\t/' | expand -t 14

deps:  ## install the packages that the virtual host needs on this machine
	@lab/vm deps

venv: $(VENV)/test  ## make the virtualenv with Ansible and the test tools

$(VENV)/ansible: requirements.txt
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(VENV)/test: requirements-test.txt $(VENV)/ansible
	@echo "installing the test tools into $(VENV) ..."
	@$(BIN)/pip install --quiet --disable-pip-version-check -r requirements-test.txt
	@touch $@

collection: $(COLLECTION)/MANIFEST.json  ## build the collection and install it from its tarball below .build

$(COLLECTION)/MANIFEST.json: $(SOURCES) $(VENV)/ansible
	@rm -f $(BUILD)/*.tar.gz
	@$(BIN)/ansible-galaxy collection build --force --output-path $(BUILD) > /dev/null
	@$(BIN)/ansible-galaxy collection install --offline --no-deps --force --collections-path $(BUILD)/collections \
		$(BUILD)/*.tar.gz > /dev/null
	@touch $@

demo:  ## boot the virtual host, deploy the exception path, prove it with packets
	@lab/demo

down:  ## end what `make demo` started
	@lab/vm down demo

artifact: deps  ## build DPDK and the forwarder as one archive below .build/artifacts
	@lab/vm artifact --suite $(ARTIFACT_SUITE) --drivers $(ARTIFACT_DRIVERS) -o $(BUILD)/artifacts/

test:  ## everything: unit tests of both languages, lint, and the virtual hosts
	@lab/suite all

unit:  ## unit tests of both languages
	@lab/suite forwarder unit

archive:  ## the collection's archive, installed and used on every Python of this machine
	@lab/suite archive

lint:  ## the gates: `lab/lint --help` names them
	@lab/suite lint

fuzz: deps  ## fuzz the forwarder's parsers, FUZZ_SECONDS (30) each
	@lab/vm forwarder --suite $(DEMO_SUITE) --fuzz $(FUZZ_SECONDS)

containers:  ## modules and roles by themselves, in containers of both Debian releases
	@lab/suite containers

molecule:  ## the virtual hosts: deploy, prove, reboot, kill, tear down
	@lab/suite molecule

bench:  ## measure the forwarder side by side with testpmd; writes docs/performance.md
	@bench/run

clean:  ## remove what was built in the tree
	@rm -rf $(BUILD) $(VENV)
