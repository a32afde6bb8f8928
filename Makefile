# A thin skin over Meson: each target is one command that can be typed by hand.
# `make help` lists them.

PYTHON  = /usr/bin/python3
MESON   = /usr/bin/meson
NINJA   = /usr/bin/ninja
JOBS   ?= $(shell nproc)
T      ?= 60
PREFIX ?= /usr

DEFINITIONS := meson.build meson_options.txt $(wildcard src/meson.build src/*/meson.build \
	tests/meson.build tests/*/meson.build tests/*/*/meson.build packaging/meson.build)

RELEASE = -Dtests=false -Doptimization=2 -Ddebug=false -Db_lto=true
DEBUG   = -Doptimization=1 -Ddebug=true -Dnever_aborts=true
ASAN    = -Doptimization=1 -Ddebug=true -Dnever_aborts=true -Db_sanitize=address,undefined
CLANG   = -Doptimization=1 -Ddebug=true -Dnever_aborts=true
TSAN    = -Doptimization=1 -Ddebug=true -Dnever_aborts=true -Db_sanitize=thread -Db_pie=false
FUZZ    = -Doptimization=1 -Ddebug=true -Dnever_aborts=true -Dfuzz=true \
	-Db_sanitize=address,undefined -Db_lundef=false

.PHONY: help deps deps-build deps-lint build debug run test lint asan tsan fuzz interop bench bench-full sim \
	kills format install clean

help:
	@sed -n 's/^## //p' $(firstword $(MAKEFILE_LIST))

## make run          install what is missing, build, and serve the example zone on 127.0.0.1 port 5300
## make test         install what is missing, build, and run every test (what CI runs)
## make deps         install the Debian packages that are missing (build, test and lint)
## make build        the release build: build/release/tandemd and build/release/tandem
## make lint         formatting, floors, sizes, headers, banned calls
## make asan         unit tests and replay of the fuzz corpora under AddressSanitizer and UBSan
## make tsan         unit tests and scenarios under ThreadSanitizer
## make fuzz T=60    every fuzz target with libFuzzer, T seconds each
## make interop      zones to and from BIND, NSD, Knot and PowerDNS, the same questions to them and to tandem, tests that take long
## make bench        instructions per question, and tandem beside NSD, Knot, BIND and gdnsd; under ten minutes
## make bench-full   the same in fifteen rounds, what a zone costs, and latency beside a load
## make sim          the scenarios in the simulator: RUNS=N seeds, SCENARIO=name, SEED=n replays one with its trace
## make kills        tandemd killed 200 times under a stream of updates: on a good disk, a full one, one whose syncs fail
## make format       let clang-format lay out every file
## make install      install below DESTDIR (PREFIX=/usr), with systemd unit and default configuration
## make clean        remove build/

deps:
	@tools/deps build test lint

deps-build:
	@tools/deps build

deps-lint:
	@tools/deps build lint

# A directory joins the build when its meson.build appears, which ninja cannot see.
define configure
	@mkdir -p build; \
	if [ -f build/$(1)/build.ninja ]; then set -- --reconfigure; \
	else set -- --prefix=$(PREFIX) --sysconfdir=/etc --localstatedir=/var $(2); fi; \
	$(3) $(MESON) setup "$$@" build/$(1) >build/$(1).log 2>&1 || { cat build/$(1).log; exit 1; }
	@touch build/$(1)/build.ninja
endef

build/release/build.ninja: $(DEFINITIONS)
	$(call configure,release,$(RELEASE))
build/debug/build.ninja: $(DEFINITIONS)
	$(call configure,debug,$(DEBUG))
build/asan/build.ninja: $(DEFINITIONS)
	$(call configure,asan,$(ASAN))
build/clang/build.ninja: $(DEFINITIONS)
	$(call configure,clang,$(CLANG),CC=clang-14)
build/tsan/build.ninja: $(DEFINITIONS)
	$(call configure,tsan,$(TSAN))
build/fuzz/build.ninja: $(DEFINITIONS)
	$(call configure,fuzz,$(FUZZ),CC=clang-14)

build: build/release/build.ninja
	@$(NINJA) -C build/release -j$(JOBS) --quiet

debug: build/debug/build.ninja
	@$(NINJA) -C build/debug -j$(JOBS) --quiet

run: deps-build build
	@tools/run

test: deps $(foreach name,release debug asan clang,build/$(name)/build.ninja)
	@$(PYTHON) tools/test

lint: deps-lint
	@$(PYTHON) tools/lint/all

asan: build/asan/build.ninja
	@$(PYTHON) tools/test asan

tsan: build/tsan/build.ninja
	@$(PYTHON) tools/test tsan

fuzz: build/fuzz/build.ninja
	@$(NINJA) -C build/fuzz -j$(JOBS) --quiet
	@$(PYTHON) tools/fuzz --seconds $(T)

sim: build/debug/build.ninja
	@$(NINJA) -C build/debug -j$(JOBS) --quiet
	@RUNS=$(RUNS) SEED=$(SEED) SCENARIO=$(SCENARIO) JOBS=$(JOBS) $(PYTHON) tools/sim

interop: build build/asan/build.ninja
	@$(PYTHON) tools/test interop interop_long integration_long
	@eval "$$(tools/peers)"; $(PYTHON) tests/interop/differential && $(PYTHON) tests/interop/updates

kills: build
	@TANDEM_KILLS=200 TANDEM_BUILD=$(CURDIR)/build/release $(PYTHON) -m pytest -q -p no:cacheprovider \
		tests/integration/test_kills.py

bench: build
	@$(PYTHON) tools/bench quick

bench-full: build
	@$(PYTHON) tools/bench full

format:
	@git ls-files -z --cached --others --exclude-standard '*.c' '*.h' | xargs -0r clang-format-14 -i

install: build
	@DESTDIR="$(DESTDIR)" $(MESON) install -C build/release --no-rebuild

clean:
	rm -rf build
