# Makefile - build, test, bench and demo; `make help` lists the targets.
.DEFAULT_GOAL := build

LAYERS := core data models rnn cnn transformer train eval results experiments cli
LIBRARIES := openblas gsl sqlite3 yaml-0.1 sentencepiece libutf8proc jansson libxxhash libpng
TESTLIBRARIES := cmocka

CC ?= gcc
CXX ?= g++
B ?= build/release
PREFIX ?= /usr/local
REAL ?=
WERROR ?=
SANITIZE ?=
JOBS ?= $(shell nproc)

WARN := -Wall -Wextra -Wpedantic -Wshadow -Wvla $(WERROR)
CWARN := $(WARN) -Wstrict-prototypes -Wmissing-prototypes -Wdouble-promotion
OPTIMIZE ?= -O3 -fno-math-errno -fno-trapping-math
CPPFLAGS += -I. -D_GNU_SOURCE $(REAL)
COMMON = $(OPTIMIZE) -g -ffp-contract=off -pthread $(SANITIZE)
CFLAGS_ALL = -std=c17 $(CWARN) $(COMMON) $(CFLAGS)
CXXFLAGS_ALL = -std=c++17 $(WARN) $(COMMON) $(CXXFLAGS)
ONEDNN := $(if $(filter x86_64%,$(shell $(CC) -dumpmachine)),-ldnnl -lgomp)
LDLIBS = $(shell pkg-config --libs $(LIBRARIES)) $(ONEDNN) -lstdc++ -lm
PKGFLAGS := $(patsubst -I%,-isystem %,$(shell pkg-config --cflags $(LIBRARIES) 2>/dev/null))

# Training over processes, where an MPI is found; WITH_MPI= builds without.
WITH_MPI ?= $(shell pkg-config --exists ompi-c 2>/dev/null && echo pkg-config || command -v mpicc)
MPI := $(WITH_MPI)
MPI_CFLAGS := $(if $(MPI),$(patsubst -I%,-isystem %,$(shell \
	pkg-config --cflags-only-I ompi-c 2>/dev/null || $(MPI) --showme:compile)))
MPI_LIBS := $(if $(MPI),$(shell pkg-config --libs ompi-c 2>/dev/null || $(MPI) --showme:link))
LDLIBS += $(MPI_LIBS)

# core/vector.c is compiled once for each instruction set of the processor family.
VECTOR_SETS := portable $(if $(filter x86_64%,$(shell $(CC) -dumpmachine)),avx2 avx512)
SOURCES := $(filter-out core/vector.c $(if $(MPI),core/ranks_alone.c,core/ranks_mpi.c core/ranks_mpi_sum.c),$(foreach d,$(LAYERS),$(wildcard $d/*.c)))
CXXSOURCES := $(foreach d,$(LAYERS),$(wildcard $d/*.cc))
OBJECTS = $(SOURCES:%.c=$B/%.o) $(CXXSOURCES:%.cc=$B/%.o) \
	$(if $(wildcard core/vector.c),$(VECTOR_SETS:%=$B/core/vector_%.o))
# Tests of the program itself; the others in tests/ are tools, or run by targets of their own.
SCRIPTS := $(filter-out %/run.sh %/layers.sh %/bench.sh %/tap.sh %/kills.sh %/coverage.sh %/lint.sh,$(wildcard tests/*.sh))
# Those whose results depend on kernels and on real: all that runs again where only these differ.
NUMERIC := tests/commands.sh tests/attend.sh tests/joined.sh tests/curve.sh
# The last are what every architecture must do, of one that is outside of the tree.
TESTS := $(patsubst tests/%.c,%,$(wildcard tests/*_test.c)) fourth_architecture_test fourth_architecture_cost_test
HELPERS := $(filter-out $(wildcard tests/*_test.c),$(wildcard tests/*.c))

-include $(wildcard $B/*/*.d $B/examples/*/*.d $B/*.d $B/tests/bench/*.d $B/tests/fuzz/*.d)

.PHONY: build
build: ## build the program, build/release/bakeoff
	@./setup.sh build
	@$(MAKE) --no-print-directory -j$(JOBS) $B/bakeoff

# What the run row says of this build; rewritten only when it changes.
$B/version.h: FORCE
	@mkdir -p $(@D)
	@printf '#define VERSION_COMMIT "%s"\n#define VERSION_DATE "%s"\n#define VERSION_FLAGS "%s"\n#define VERSION_SENTENCEPIECE "%s"\n' \
		"$${BAKEOFF_COMMIT:-$$(git describe --always --dirty=+ --abbrev=12 --match=- 2>/dev/null || echo unknown)}" \
		"$$(date -u -d "@$${SOURCE_DATE_EPOCH:-$$(git log -1 --format=%ct 2>/dev/null || date +%s)}" +%F)" \
		'$(strip $(COMMON) $(REAL) $(CFLAGS))' "$$(pkg-config --modversion sentencepiece)" > $@.new
	@cmp -s $@.new $@ && rm $@.new || mv $@.new $@
# Objects of other flags are made again.
$B/flags: FORCE
	@mkdir -p $(@D)
	@echo '$(CC) $(CXX) $(CPPFLAGS) $(CFLAGS_ALL) $(CXXFLAGS) $(MPI_LIBS)' > $@.new
	@cmp -s $@.new $@ && rm $@.new || mv $@.new $@
FORCE:
$B/core/ranks_mpi.o $B/core/ranks_mpi_sum.o: CPPFLAGS += $(MPI_CFLAGS)
$B/core/machine.o: CPPFLAGS += -I$B
$B/core/machine.o: $B/version.h

# The page of `bakeoff attend --format html`, as lines of C.
$B/cli/attend_page.inc: cli/attend_page.html
	@mkdir -p $(@D)
	@sed 's/\\/\\\\/g; s/"/\\"/g; s/.*/"&\\n",/' $< > $@.new && mv $@.new $@
$B/cli/attend_export.o: CPPFLAGS += -I$B
$B/cli/attend_export.o: $B/cli/attend_page.inc

# What a task of a job array does, as lines of C.
$B/experiments/slurm_task.inc: experiments/slurm_task.sh
	@mkdir -p $(@D)
	@sed 's/\\/\\\\/g; s/"/\\"/g; s/.*/"&\\n"/' $< > $@.new && mv $@.new $@
$B/experiments/slurm.o: CPPFLAGS += -I$B
$B/experiments/slurm.o: $B/experiments/slurm_task.inc

$B/%.o: %.c $B/flags
	@mkdir -p $(@D)
	@echo "  CC $@"
	@$(CC) $(CPPFLAGS) $(PKGFLAGS) $(CFLAGS_ALL) -MMD -MP -c -o $@ $<

$B/%.o: %.cc $B/flags
	@mkdir -p $(@D)
	@echo "  CXX $@"
	@$(CXX) $(CPPFLAGS) $(PKGFLAGS) $(CXXFLAGS_ALL) -MMD -MP -c -o $@ $<

# Objects that are not to be sanitized: loops over numbers, which read nothing of a user's.
PLAIN ?=
$(PLAIN:%=$B/core/%.o): SANITIZE =
$B/core/vector_portable.o: VECTOR = -DVECTOR_SET=portable
$B/core/vector_avx2.o: VECTOR = -DVECTOR_SET=avx2 -mavx2 -mfma
$B/core/vector_avx512.o: VECTOR = -DVECTOR_SET=avx512 -mavx2 -mfma -mavx512f -mavx512bw -mavx512dq -mavx512vl -mprefer-vector-width=512
$(VECTOR_SETS:%=$B/core/vector_%.o): $B/core/vector_%.o: core/vector.c $B/flags
	@mkdir -p $(@D)
	@echo "  CC $@"
	@$(CC) $(CPPFLAGS) $(PKGFLAGS) $(CFLAGS_ALL) $(VECTOR) $(VECTORFLAGS) -MMD -MP -c -o $@ $<

$B/libbakeoff.a: $(OBJECTS)
	@rm -f $@
	@$(AR) rcs $@ $^

$B/bakeoff: $B/cli/main.o $B/libbakeoff.a
	@echo "  LD $@"
	@$(CC) $(COMMON) $(LDFLAGS) -o $@ $^ $(LDLIBS)

.PRECIOUS: $B/tests/%.o $B/examples/fourth-architecture/%.o
$B/tests/%_test: $B/tests/%_test.o $(HELPERS:%.c=$B/%.o) $B/libbakeoff.a
	@echo "  LD $@"
	@$(CC) $(COMMON) $(LDFLAGS) -o $@ $^ $(LDLIBS) $$(pkg-config --libs $(TESTLIBRARIES))

EXAMPLE := $B/examples/fourth-architecture
$B/tests/fourth_%_test: $B/tests/%_test.o $(EXAMPLE)/gated.o $(EXAMPLE)/variants.o \
		$(patsubst %.c,$B/%.o,$(filter-out tests/variants.c,$(HELPERS))) $B/libbakeoff.a
	@echo "  LD $@"
	@$(CC) $(COMMON) $(LDFLAGS) -o $@ $^ $(LDLIBS) $$(pkg-config --libs $(TESTLIBRARIES))

$B/tests/bench/%: $B/tests/bench/%.o $B/libbakeoff.a
	@echo "  LD $@"
	@$(CC) $(COMMON) $(LDFLAGS) -o $@ $^ $(LDLIBS)

$B/tests/bench/statistics: $B/tests/bench/statistics.o $B/tests/simulated_runs.o $B/libbakeoff.a
	@echo "  LD $@"
	@$(CC) $(COMMON) $(LDFLAGS) -o $@ $^ $(LDLIBS)

$B/tests/fuzz/fuzz: $(patsubst %.c,$B/%.o,$(wildcard tests/fuzz/*.c)) $B/libbakeoff.a
	@echo "  LD $@"
	@$(CXX) $(COMMON) -fsanitize=fuzzer $(LDFLAGS) -o $@ $^ $(LDLIBS)

# The same rules with other flags, each in a folder of its own.
DOUBLE = B=build/double REAL=-DBAKEOFF_DOUBLE
ASAN = B=build/asan OPTIMIZE=-O1 SANITIZE="-fsanitize=address,undefined -fno-sanitize-recover=all"
TSAN = PLAIN="$(VECTOR_SETS:%=vector_%)" B=build/tsan OPTIMIZE=-O1 SANITIZE=-fsanitize=thread WITH_MPI=
FUZZ = PLAIN="$(VECTOR_SETS:%=vector_%) $(patsubst core/%.c,%,$(wildcard core/op_*.c core/attention_*.c))" \
	B=build/fuzz CC=clang CXX=clang++ OPTIMIZE="-O1 -fno-omit-frame-pointer" WITH_MPI= WARN=-w CWARN=-w LDFLAGS=-fuse-ld=lld \
	SANITIZE="-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all"
# Threads that count in the same place at once lose counts, which kernels can bear, as each of their lines runs often.
COVERAGE = B=build/coverage OPTIMIZE="-O1 --coverage -fprofile-update=atomic -Wno-missing-profile" VECTORFLAGS=-fprofile-update=single
TALLY = build/tally

# Preloaded by tests/faults.sh.
$B/tests/faults/fail.so: tests/faults/fail.c $B/flags
	@mkdir -p $(@D)
	@echo "  LD $@"
	@$(CC) -shared -fPIC -O1 -std=c17 -D_GNU_SOURCE $(WARN) -o $@ $< -ldl

.PHONY: programs
programs: $B/bakeoff $(TESTS:%=$B/tests/%) $B/tests/faults/fail.so

.PHONY: check
check: programs
	@BAKEOFF=$B/bakeoff tests/run.sh --jobs $(JOBS) --tally $(TALLY) $(SCRIPTS) $(TESTS:%=$B/tests/%) || true

.PHONY: test
test: ## build and run all tests, in float and in double; FIXTURES=DIR runs a folder of reference values instead
	@./setup.sh test
ifdef FIXTURES
	@$(MAKE) --no-print-directory -j$(JOBS) $(DOUBLE) programs
	@$(MAKE) --no-print-directory -j$(JOBS) programs
	@$B/tests/fixtures_test "$(FIXTURES)"; float=$$?; \
		build/double/tests/fixtures_test "$(FIXTURES)" && exit $$float
else
	@rm -f $(TALLY)
	@$(MAKE) --no-print-directory -j$(JOBS) programs
	@$(MAKE) --no-print-directory check
	@$(MAKE) --no-print-directory -j$(JOBS) $(DOUBLE) programs
	@$(MAKE) --no-print-directory $(DOUBLE) check SCRIPTS="$(NUMERIC)"
	@tests/run.sh --sum $(TALLY)
endif

.PHONY: test-kills
test-kills: ## 100 trials under 20 random kill -9 end with the database of an undisturbed run; TRIALS=, KILLS=, SEED=
	@./setup.sh test
	@$(MAKE) --no-print-directory -j$(JOBS) $B/bakeoff
	@BAKEOFF=$B/bakeoff tests/kills.sh

.PHONY: test-faults
test-faults: ## a call of malloc, write, fsync, rename, open, read, pthread_create that fails loses nothing, for every one; CALLS=, MALLOCS=: a spread
	@./setup.sh test
	@$(MAKE) --no-print-directory -j$(JOBS) $B/bakeoff $B/tests/faults/fail.so
	@FAULTS=all JOBS=$(JOBS) BAKEOFF=$B/bakeoff tests/faults.sh
	@JOBS=$(JOBS) BAKEOFF=$B/bakeoff tests/faults/around.sh

.PHONY: test-races
test-races: ## trainings and searches by several threads under ThreadSanitizer
	@./setup.sh test
	@$(MAKE) --no-print-directory -j$(JOBS) $(TSAN) build/tsan/bakeoff
	@BAKEOFF=build/tsan/bakeoff tests/races/run.sh

.PHONY: test-memory
test-memory: ## the memory of 10,000 updates is that of 1,000; UPDATES=
	@./setup.sh test
	@$(MAKE) --no-print-directory -j$(JOBS) $B/bakeoff
	@BAKEOFF=$B/bakeoff tests/memory/run.sh

.PHONY: test-exact
test-exact: ## gcc and clang, -O0 and -O3, any threads, and where products are the same any vector kernels, give the same bits
	@./setup.sh test
	@MAKE="$(MAKE)" CC="$(CC)" OPTIMIZE="$(OPTIMIZE)" JOBS=$(JOBS) tests/exact/run.sh

.PHONY: test-mpi
test-mpi: ## 1, 2 and 4 ranks under mpirun have the same bits, and lose none with a rank, nor with a host of MPI_HOSTS="PROGRAM DIR"
	@./setup.sh test
	@$(MAKE) --no-print-directory -j$(JOBS) $B/bakeoff
	@BAKEOFF=$B/bakeoff tests/run.sh tests/cluster/mpi.sh

.PHONY: test-slurm
test-slurm: ## a job array on the Slurm that is running, or on one that SLURM_START="PROGRAM DIR" starts: tests/cluster/slurm.sh
	@./setup.sh test
	@$(MAKE) --no-print-directory -j$(JOBS) $B/bakeoff
	@BAKEOFF=$B/bakeoff TEST_TIMEOUT=1200 tests/run.sh tests/cluster/slurm.sh

.PHONY: test-cluster
test-cluster: ## what needs MPI or Slurm, skipped where that is missing
	@$(MAKE) --no-print-directory test-mpi
	@$(MAKE) --no-print-directory test-slurm

SECONDS ?= 20
.PHONY: fuzz
fuzz: ## give every reader garbage under ASan and UBSan, SECONDS=20 a target, TARGETS="experiment rows": tests/fuzz/
	@./setup.sh fuzz
	@$(MAKE) --no-print-directory -j$(JOBS) $(FUZZ) build/fuzz/tests/fuzz/fuzz
	@tests/fuzz/run.sh build/fuzz/tests/fuzz/fuzz build/fuzz $(SECONDS) $(TARGETS)

.PHONY: ci
ci: ## what .ci/run runs: warnings are errors, tests, and the tests again under ASan and UBSan
	@./setup.sh test
	@rm -rf build && mkdir build
	@$(MAKE) --no-print-directory layers
	@$(MAKE) --no-print-directory -j$(JOBS) WERROR=-Werror programs
	@$(MAKE) --no-print-directory check
	@BAKEOFF_VECTOR=portable $(MAKE) --no-print-directory check SCRIPTS="$(NUMERIC)"
	@$(MAKE) --no-print-directory -j$(JOBS) WERROR=-Werror $(DOUBLE) programs
	@$(MAKE) --no-print-directory $(DOUBLE) check SCRIPTS="$(NUMERIC)"
	@$(MAKE) --no-print-directory -j$(JOBS) $(ASAN) programs
	@$(MAKE) --no-print-directory $(ASAN) check
	@if ./setup.sh fuzz; then $(MAKE) --no-print-directory fuzz SECONDS=1; else echo 'no clang: nothing is fuzzed'; fi
	@tests/run.sh --sum $(TALLY)

.PHONY: demo
demo: ## King James verses into modern English by three architectures, side by side (about four minutes)
	@./setup.sh demo
	@$(MAKE) --no-print-directory build
	@experiments/demo/demo.sh $B/bakeoff

.PHONY: pictures
pictures: ## pictures from captions and captions from pictures, by three architectures, to pictures.db, draw.html, describe.html
	@$(MAKE) --no-print-directory build
	@experiments/pictures/pictures.sh $B/bakeoff

.PHONY: guide
guide: ## the pages of docs/guide with their figures and tables made again, from nothing (minutes); KEEP=1 trains only what is new
	@$(MAKE) --no-print-directory build
	@BAKEOFF=$B/bakeoff docs/guide/make.sh

.PHONY: style
style: ## language models of the King James Bible by three architectures, which go on with it (about ten minutes)
	@./setup.sh style
	@$(MAKE) --no-print-directory build
	@experiments/style/style.sh $B/bakeoff

.PHONY: bench
bench: build ## speed, to docs/performance.md; SECTIONS="training avx2 decoding kernels scaling sets database scores" or statistics, PEER=, RAW=: tests/bench.sh
	@$(MAKE) --no-print-directory -j$(JOBS) $B/tests/bench/kernels $B/tests/bench/fill $B/tests/bench/statistics
	@PROGRAM=$B/bakeoff KERNELS=$B/tests/bench/kernels FILL=$B/tests/bench/fill STATISTICS=$B/tests/bench/statistics \
		PEER="$(PEER)" RAW="$(RAW)" \
		tests/bench.sh $(SECTIONS)

.PHONY: layers
layers: ## check that includes between folders run one way
	@tests/layers.sh

.PHONY: pictures-of-source
pictures-of-source: ## draw those of docs/architecture.md, docs/includes.svg and docs/flow.svg, from the source
	@for picture in includes flow; do docs/draw.sh $$picture > docs/$$picture.svg || exit 1; done

# Not in ci, as it takes a minute.
.PHONY: lint
lint: ## what can be said without running: clang, clang-tidy, shellcheck, includes; FILES="core/tape.c ..." or SINCE=COMMIT: of some, at length
	@./setup.sh build lint
	@$(MAKE) --no-print-directory -j$(JOBS) WERROR=-Werror $B/bakeoff
	@JOBS=$(JOBS) FLAGS='$(CPPFLAGS) -I$B $(PKGFLAGS) -std=c17 $(CWARN) $(COMMON)' tests/lint.sh \
		$(if $(SINCE),--since $(SINCE),$(FILES))

.PHONY: coverage
coverage: ## which lines the tests run, in float: a line a folder, and build/coverage-lines/ with every line
	@./setup.sh test coverage
	@$(MAKE) --no-print-directory -j$(JOBS) $(COVERAGE) programs
	@find build/coverage -name '*.gcda' -delete
	@$(MAKE) --no-print-directory $(COVERAGE) TALLY=build/coverage.tally check
	@tests/coverage.sh build/coverage build/coverage-lines

N ?= 20
FIRST ?= 0
.PHONY: mutate
mutate: ## seed N=20 faults, from number FIRST=0 (or ONLY=7,9), one at a time in core/, models/, eval/: which do the tests catch? (a minute each)
	@./setup.sh test
	@CC="$(CC)" CXX="$(CXX)" JOBS=$(JOBS) tests/mutate.py $(ONLY:%=--only=%) $(N) $(FIRST)

include install.mk

.PHONY: clean
clean: ## remove build/
	rm -rf build

.PHONY: help
help: ## list the targets
	@sed -n 's/^\([a-z][a-z-]*\):[^#]*## \(.*\)/  make \1\t\2/p' Makefile install.mk | expand -t 20
