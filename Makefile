# Makefile - build, test, bench and demo; `make help` lists the targets.
.DEFAULT_GOAL := build

LAYERS := core data models rnn cnn transformer train eval results experiments cli
LIBRARIES := openblas gsl sqlite3 yaml-0.1 sentencepiece libutf8proc jansson libxxhash
TESTLIBRARIES := cmocka

CC ?= gcc
CXX ?= g++
B ?= build/release
REAL ?=
WERROR ?=
SANITIZE ?=

WARN := -Wall -Wextra -Wpedantic -Wshadow -Wvla $(WERROR)
CWARN := $(WARN) -Wstrict-prototypes -Wmissing-prototypes -Wdouble-promotion
OPTIMIZE ?= -O3 -fno-math-errno -fno-trapping-math
CPPFLAGS += -I. -D_GNU_SOURCE $(REAL)
COMMON = $(OPTIMIZE) -g -ffp-contract=off -pthread $(SANITIZE)
CFLAGS_ALL = -std=c17 $(CWARN) $(COMMON) $(CFLAGS)
CXXFLAGS_ALL = -std=c++17 $(WARN) $(COMMON) $(CXXFLAGS)
LDLIBS = $(shell pkg-config --libs $(LIBRARIES)) -lstdc++ -lm
PKGFLAGS := $(patsubst -I%,-isystem %,$(shell pkg-config --cflags $(LIBRARIES) 2>/dev/null))

# core/vector.c is compiled once for each instruction set of the processor family.
VECTOR_SETS := portable $(if $(filter x86_64%,$(shell $(CC) -dumpmachine)),avx2 avx512)
SOURCES := $(filter-out core/vector.c,$(foreach d,$(LAYERS),$(wildcard $d/*.c)))
CXXSOURCES := $(foreach d,$(LAYERS),$(wildcard $d/*.cc))
OBJECTS = $(SOURCES:%.c=$B/%.o) $(CXXSOURCES:%.cc=$B/%.o) \
	$(if $(wildcard core/vector.c),$(VECTOR_SETS:%=$B/core/vector_%.o))
TESTS := $(patsubst tests/%.c,%,$(wildcard tests/*_test.c))
HELPERS := $(filter-out $(wildcard tests/*_test.c),$(wildcard tests/*.c))

-include $(wildcard $B/*/*.d $B/*.d)

.PHONY: build
build: $B/bakeoff ## build the program, build/release/bakeoff

$B/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(PKGFLAGS) $(CFLAGS_ALL) -MMD -MP -c -o $@ $<

$B/%.o: %.cc
	@mkdir -p $(@D)
	$(CXX) $(CPPFLAGS) $(PKGFLAGS) $(CXXFLAGS_ALL) -MMD -MP -c -o $@ $<

$B/core/vector_portable.o: VECTOR = -DVECTOR_SET=portable
$B/core/vector_avx2.o: VECTOR = -DVECTOR_SET=avx2 -mavx2 -mfma
$B/core/vector_avx512.o: VECTOR = -DVECTOR_SET=avx512 -mavx2 -mfma -mavx512f -mavx512bw -mavx512dq -mavx512vl -mprefer-vector-width=512
$(VECTOR_SETS:%=$B/core/vector_%.o): $B/core/vector_%.o: core/vector.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(PKGFLAGS) $(CFLAGS_ALL) $(VECTOR) -MMD -MP -c -o $@ $<

$B/libbakeoff.a: $(OBJECTS)
	@rm -f $@
	$(AR) rcs $@ $^

$B/bakeoff: $B/libbakeoff.a
	$(CC) $(COMMON) $(LDFLAGS) -o $@ -Wl,--whole-archive $B/cli/main.o -Wl,--no-whole-archive $< $(LDLIBS)

$B/tests/%_test: $B/tests/%_test.o $(HELPERS:%.c=$B/%.o) $B/libbakeoff.a
	$(CC) $(COMMON) $(LDFLAGS) -o $@ $^ $(LDLIBS) $$(pkg-config --libs $(TESTLIBRARIES))
