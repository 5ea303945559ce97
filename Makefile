# make: ./ipctrace and its scenarios. make help lists the rest. V=1 shows the commands.

PREFIX  ?= /usr/local
DESTDIR ?=
O       ?= build
CLANG   ?= clang
CC      ?= gcc
BPFTOOL ?= $(firstword $(wildcard /usr/sbin/bpftool) bpftool)
MACHINE := $(shell uname -m)
VERSION := 0.1

ifneq ($(MACHINE),x86_64)
$(error ipctrace works on x86_64 only: it knows no other machine's registers and system call functions. This is $(MACHINE))
endif

# Where things go, by GNU's names.
prefix       = $(PREFIX)
exec_prefix  = $(prefix)
bindir       = $(exec_prefix)/bin
libdir       = $(exec_prefix)/lib
datarootdir  = $(prefix)/share
datadir      = $(datarootdir)
docdir       = $(datarootdir)/doc/ipctrace
mandir       = $(datarootdir)/man
bashcompdir  = $(datadir)/bash-completion/completions
zshcompdir   = $(datadir)/zsh/site-functions
fishcompdir  = $(datadir)/fish/vendor_completions.d
INSTALL         ?= install
INSTALL_PROGRAM ?= $(INSTALL) -m 755
INSTALL_DATA    ?= $(INSTALL) -m 644

# CPPFLAGS, CFLAGS and LDFLAGS reach all that is built but BPF objects, which take BPF_CFLAGS, and what tests alone need.
CFLAGS  ?= -O2 -g
# What is built does not tell where.
REPRO   := -ffile-prefix-map=$(CURDIR)=.
# A compiler newer than ours has warnings that we have not seen: they end a build with WERROR=1 only, as in CI.
ERRORS  := $(if $(WERROR),-Werror)
WARN    := -Wall -Wextra $(ERRORS) -Wno-unused-parameter -Wmissing-prototypes -Wstrict-prototypes -Wshadow
UCFLAGS := -std=c11 -D_GNU_SOURCE $(WARN) $(REPRO) -Iuser -Ibpf -I$(O) -DVERSION='"$(VERSION)"' -DLIBDIR='"$(libdir)/ipctrace"'
USER_CC  = $(CC) $(UCFLAGS) $(CPPFLAGS) $(CFLAGS)
BCFLAGS := -g -O2 -target bpf -mcpu=v3 -D__TARGET_ARCH_x86 -Wall $(ERRORS) -Wno-unused-function $(REPRO) -Ibpf -I$(O) \
           -idirafter /usr/include/$(shell $(CC) -print-multiarch) $(BPF_CFLAGS)
LDLIBS  := -lbpf -ldw -lelf -lz

# What a file of any name includes, next to it.
DEPS     = -MMD -MP -MF $@.d -MT $@

ifeq ($(V),1)
Q :=
say :=
else
Q := @
say = @printf '  %-7s %s\n' $(1) $(2);
endif

BPF_SRC   := $(sort $(filter-out bpf/why/%,$(wildcard bpf/*/*.bpf.c)))
BPF_OBJ   := $(BPF_SRC:bpf/%.bpf.c=$(O)/bpf/%.bpf.o)
# A look without tracing is an object of its own, so that it loads in no time.
WHY_OBJ   := $(O)/bpf/core/main.bpf.o $(O)/bpf/mech/object.bpf.o $(O)/bpf/mech/read.bpf.o \
	     $(O)/bpf/hooks/inet.bpf.o $(O)/bpf/why/why.bpf.o
USER_SRC  := user/main.c $(sort $(wildcard user/*/*.c))
USER_OBJ  := $(USER_SRC:%.c=$(O)/%.o)
SCEN_LIB  := $(addprefix scenarios/,lesson.c sysv.c tcpsock.c together.c unixsock.c)
SCENARIOS := $(filter-out $(notdir $(SCEN_LIB:.c=)),$(basename $(notdir $(wildcard scenarios/*.c))))
SCEN_BIN  := $(SCENARIOS:%=$(O)/scenarios/%)

all: ipctrace $(SCEN_BIN) manual completion $(O)/programs/watched
bpf: $(O)/ipctrace.skel.h
user: ipctrace
scenarios: $(SCEN_BIN)

ipctrace: $(USER_OBJ)
	$(call say,LINK,$@)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)

$(O)/user/%.o: user/%.c
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(USER_CC) -MMD -MP -c -o $@ $<

# Only these see a skeleton.
SKEL_SRC := user/trace/tracer.c user/trace/tracer_load.c user/trace/survey.c
$(O)/user/trace/tracer.o $(O)/user/trace/tracer_load.o: $(O)/ipctrace.skel.h
$(O)/user/trace/survey.o: $(O)/why.skel.h
$(O)/user/names/calls_here.o: $(O)/syscall_names.h

# Where the scenarios are in the end: what says so is built anew when another prefix is given, as to `make install`.
ifneq ($(file <$(O)/libdir),$(libdir))
.PHONY: $(O)/libdir
endif
$(O)/libdir:
	@mkdir -p $(@D)
	@echo $(libdir) > $@
$(patsubst %.c,$(O)/%.o,$(shell grep -lw LIBDIR $(USER_SRC))): $(O)/libdir

$(O)/syscall_names.h: Makefile
	$(call say,GEN,$@)
	@mkdir -p $(@D)
	$(Q)printf '#include <asm/unistd.h>\n' | $(CC) -E -dM - | \
		sed -n 's/^#define __NR_\([a-z0-9_]*\) \([0-9]*\)$$/\2 \1/p' | sort -n | \
		sed 's/^\([0-9]*\) \(.*\)/[\1] = "\2",/' > $@

# The kernel's types: the hand-reduced header, or with GEN_VMLINUX_H=1 a full one from the running kernel.
# The other one is no newer: what was chosen last is remembered.
VMLINUX_FROM := $(if $(GEN_VMLINUX_H),/sys/kernel/btf/vmlinux,vmlinux/vmlinux.h)
ifneq ($(file <$(O)/vmlinux.from),$(VMLINUX_FROM))
.PHONY: $(O)/vmlinux.h
endif

$(O)/vmlinux.h: $(VMLINUX_FROM)
	$(call say,GEN,$@)
	@mkdir -p $(@D)
	$(Q)$(if $(GEN_VMLINUX_H),$(BPFTOOL) btf dump file $< format c,cat $<) > $@
	@echo $< > $(O)/vmlinux.from

$(O)/bpf/%.bpf.o: bpf/%.bpf.c $(O)/vmlinux.h
	$(call say,BPF,$<)
	@mkdir -p $(@D)
	$(Q)$(CLANG) $(BCFLAGS) -MMD -MP -c -o $@ $<

$(O)/ipctrace.bpf.o: $(BPF_OBJ)
	$(call say,BPFLINK,$@)
	$(Q)$(BPFTOOL) gen object $@ $^

$(O)/why.bpf.o: $(WHY_OBJ)
	$(call say,BPFLINK,$@)
	$(Q)$(BPFTOOL) gen object $@ $^

$(O)/%.skel.h: $(O)/%.bpf.o
	$(call say,SKEL,$@)
	$(Q)$(BPFTOOL) gen skeleton $< name $* > $@

# A scenario is one program that anyone may read and run: no BPF, no library of ours but what stands beside it.
$(O)/scenarios/%: scenarios/%.c $(SCEN_LIB) $(wildcard scenarios/*.h)
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) -std=c11 -D_GNU_SOURCE $(WARN) $(REPRO) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS) -o $@ $< $(SCEN_LIB) -pthread

# What the end-to-end tests trace, where it must be a program of ours; the guests have no compiler.
WATCHED_OBJ := $(patsubst tests/e2e/programs/%.c,$(O)/programs/%.o,$(wildcard tests/e2e/programs/watched*.c))
$(O)/programs/%.o: tests/e2e/programs/%.c
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) -O2 -g $(UCFLAGS) $(DEPS) -c -o $@ $<

$(O)/programs/watched: $(WATCHED_OBJ)
	$(Q)$(CC) -o $@ $(WATCHED_OBJ) -pthread

# --- manual and completion ----------------------------------------------------------------------

# The page of a verb has the options that the program's own help has; ipctrace-expect(5) is docs/EXPECT.md.
MAN    := $(patsubst man/%,$(O)/man/%,$(sort $(wildcard man/*.[157]))) $(O)/man/ipctrace-expect.5
manual: $(MAN)

# A scenario is known by its program.
$(O)/man/%.1: man/%.1 man/options.mdoc man/options.awk ipctrace $(SCEN_BIN)
	$(call say,MAN,$@)
	@mkdir -p $(@D)
	$(Q)./ipctrace help $(patsubst scenario,pipe-cases,$(patsubst ipctrace-%,%,$(*:ipctrace=help))) > $@.help
	$(Q)awk -v verb=$(patsubst ipctrace-%,%,$(*:ipctrace=)) -f man/options.awk $@.help man/options.mdoc $< > $@
	@rm $@.help

$(O)/man/%: man/%
	@mkdir -p $(@D)
	@cp $< $@

$(O)/man/ipctrace-expect.5: docs/EXPECT.md man/expect.awk man/ipctrace.1
	$(call say,MAN,$@)
	@mkdir -p $(@D)
	$(Q)awk -v date="$$(sed -n 's/^\.Dd //p' man/ipctrace.1)" -f man/expect.awk $< > $@

# The shells' completion, from the program's tables.
SHELLS := $(addprefix $(O)/completion/ipctrace.,bash zsh fish)
completion: $(SHELLS)

$(O)/completion/table: completion/table.c $(filter-out $(O)/user/main.o,$(USER_OBJ))
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(USER_CC) $(DEPS) $(LDFLAGS) -o $@ $(filter %.c %.o,$^) $(LDLIBS)

$(O)/completion/table.tsv: $(O)/completion/table
	$(Q)$< > $@

$(SHELLS): $(O)/completion/ipctrace.%: completion/ipctrace.% completion/generate.awk $(O)/completion/table.tsv
	$(call say,GEN,$@)
	$(Q){ awk -v shell=$* -f completion/generate.awk $(O)/completion/table.tsv && cat $<; } > $@

# --- tests -------------------------------------------------------------------------------------

SAN      := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
UNIT_SRC := $(wildcard tests/unit/test_*.c)
UNIT_BIN := $(UNIT_SRC:tests/unit/%.c=$(O)/unit/%)
UNIT_LIB := $(patsubst user/%.c,$(O)/unit/user/%.o,$(filter-out user/main.c $(SKEL_SRC),$(USER_SRC)))

$(O)/unit/user/%.o: user/%.c $(O)/syscall_names.h
	@mkdir -p $(@D)
	$(Q)$(CC) $(SAN) $(UCFLAGS) -MMD -MP -c -o $@ $<

# An archive, so that a test links what it names and no more.
$(O)/unit/ipctrace.a: $(UNIT_LIB)
	@rm -f $@
	$(Q)ar rcs $@ $^

$(O)/unit/tests/%.o: tests/%.c
	@mkdir -p $(@D)
	$(Q)$(CC) $(SAN) $(UCFLAGS) -Itests/unit $(DEPS) -c -o $@ $<

$(O)/unit/%: $(O)/unit/tests/unit/%.o $(O)/unit/tests/unit/records.o $(O)/unit/ipctrace.a
	$(call say,TEST,$@)
	$(Q)$(CC) $(SAN) -o $@ $(filter %.o,$^) $(filter %.a,$^) -lcmocka $(LDLIBS)

# It has the table of all verbs, which is all of the program.
$(filter $(O)/unit/test_opts%,$(UNIT_BIN)): $(SKEL_SRC:user/%.c=$(O)/unit/user/%.o)
$(O)/unit/user/trace/tracer.o $(O)/unit/user/trace/tracer_load.o: $(O)/ipctrace.skel.h
$(O)/unit/user/trace/survey.o: $(O)/why.skel.h

# Counts the branches that the timeline takes, and none of the sanitizers' own.
LINEAR_OBJ := $(patsubst user/%.c,$(O)/linear/user/%.o,$(wildcard user/timeline/*.c user/mech/*.c) user/lib/map.c)

$(O)/linear/%.o: %.c $(O)/syscall_names.h
	@mkdir -p $(@D)
	$(Q)$(CC) -O1 -g -fsanitize-coverage=trace-pc $(UCFLAGS) -MMD -MP -c -o $@ $<

$(O)/linear/test_linear.o: tests/unit/test_linear.c
	@mkdir -p $(@D)
	$(Q)$(CC) -O1 -g $(UCFLAGS) $(DEPS) -c -o $@ $<

$(O)/unit/test_linear: $(O)/linear/test_linear.o $(LINEAR_OBJ) $(O)/golden/ipctrace.a
	$(call say,TEST,$@)
	$(Q)$(CC) -o $@ $^ -lcmocka $(LDLIBS)

GOLDEN := schema hostile future bombs mutate
GOLDEN_OBJ := $(O)/unit/tests/golden/recording.o $(O)/unit/tests/unit/records.o

$(O)/golden/%: $(O)/unit/tests/golden/%.o $(GOLDEN_OBJ) $(O)/unit/ipctrace.a
	$(call say,TEST,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(SAN) -o $@ $^ -lcmocka $(LDLIBS)

# Thousands of runs a claim: fast, without the sanitizers.
MUTATE_OBJ := $(patsubst %,$(O)/golden/%.o,mutate mutation mutation_field recording)
MUTATE_LIB := $(filter-out $(O)/user/main.o $(SKEL_SRC:%.c=$(O)/%.o),$(USER_OBJ))

$(O)/golden/%.o: tests/golden/%.c
	@mkdir -p $(@D)
	$(Q)$(USER_CC) $(DEPS) -c -o $@ $<

$(O)/golden/ipctrace.a: $(MUTATE_LIB)
	@mkdir -p $(@D)
	@rm -f $@
	$(Q)ar rcs $@ $^

$(O)/golden/mutate: $(MUTATE_OBJ) $(O)/golden/ipctrace.a
	$(call say,TEST,$@)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)

# Trace files may come from strangers: libFuzzer on all that reads them. FUZZ_SECONDS=3600 for longer.
FUZZ_SECONDS ?= 60
FUZZ_BIN := $(O)/fuzz/trace_file $(O)/fuzz/replay $(O)/fuzz/diff
FUZZ_SRC := tests/fuzz/put_right.c $(filter-out user/main.c user/why/%.c $(SKEL_SRC),$(USER_SRC))
FUZZ_OBJ := $(FUZZ_SRC:%.c=$(O)/fuzz/%.o)

$(O)/fuzz/%.o: %.c $(O)/syscall_names.h
	@mkdir -p $(@D)
	$(Q)$(CLANG) $(SAN) -fsanitize=fuzzer-no-link $(UCFLAGS) -MMD -MP -c -o $@ $<

# An archive, so that each links what it reaches and no more.
$(O)/fuzz/ipctrace.a: $(FUZZ_OBJ)
	@rm -f $@
	$(Q)ar rcs $@ $^

$(FUZZ_BIN): $(O)/fuzz/%: $(O)/fuzz/tests/fuzz/fuzz_%.o $(O)/fuzz/ipctrace.a
	$(call say,LINK,$@)
	$(Q)$(CLANG) $(SAN) -fsanitize=fuzzer -o $@ $^ -lz

fuzz: $(FUZZ_BIN)
	$(Q)O=$(O) FUZZ_SECONDS=$(FUZZ_SECONDS) tests/fuzz/run.sh

unit: $(UNIT_BIN)
golden: ipctrace $(GOLDEN:%=$(O)/golden/%)

# Everything: lint, unit, golden, a short fuzz, the tree of another Debian, e2e on this kernel, the VMs.
test: all unit golden $(FUZZ_BIN)
	$(Q)O=$(O) SKIP_VM=$(SKIP_VM) tests/run.sh

# One part: make test-unit, test-golden, test-e2e, test-lint; make test-distro SUITE=sid, test-vm KERNEL=6.12
test-unit test-golden test-e2e test-lint: all unit golden
	$(Q)O=$(O) tests/run.sh $(@:test-%=%)
test-distro:
	$(Q)O=$(O) SUITE=$(SUITE) tests/run.sh distro
test-vm: all
	$(Q)O=$(O) KERNEL=$(KERNEL) tests/run.sh vm

lint:
	$(Q)tests/lint.sh

$(O)/bench/work: bench/work.c bench/sockets.c bench/work.h
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(USER_CC) $(LDFLAGS) -o $@ $(filter %.c,$^)

$(O)/bench/%.bpf.o: bench/%.bpf.c $(O)/vmlinux.h
	$(call say,BPF,$<)
	@mkdir -p $(@D)
	$(Q)$(CLANG) $(BCFLAGS) $(DEPS) -c -o $@ $<

$(O)/bench/%.skel.h: $(O)/bench/%.bpf.o
	$(Q)$(BPFTOOL) gen skeleton $< name $* > $@

$(O)/bench/ring: $(O)/user/kern/rings.o
$(O)/bench/floor $(O)/bench/ring: $(O)/bench/%: bench/%.c $(O)/bench/%.skel.h
	$(call say,CC,$<)
	$(Q)$(USER_CC) -I$(O)/bench $(DEPS) $(LDFLAGS) -o $@ $< $(filter %.o,$^) $(LDLIBS) -pthread

# As root: what a record costs in the kernel's ring buffer and in ours, and two processors each other.
bench-ring: $(O)/bench/ring
	$(Q)$<

bench-grow: all $(O)/bench/work
	$(Q)O=$(O) bench/grow.sh

bench: all $(O)/bench/work $(O)/bench/floor
	$(Q)O=$(O) bench/run.sh

$(O)/bench/trace: bench/trace.c $(filter $(O)/user/file/% $(O)/user/lib/% $(O)/user/names/%,$(USER_OBJ))
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(USER_CC) $(DEPS) -o $@ $(filter %.c %.o,$^) -lz
bench-replay: all $(O)/bench/trace
	$(Q)O=$(O) bench/replay.sh

# --- set-up ------------------------------------------------------------------------------------

BUILD_DEPS := gcc libc6-dev clang libbpf-dev libelf-dev libdw-dev zlib1g-dev bpftool
# For lint, unit and golden tests.
CHECK_DEPS := git libcmocka-dev python3 python3-jsonschema clang-format cppcheck shellcheck mandoc codespell
PACKAGE_DEPS := build-essential dpkg-dev debhelper lintian
TEST_DEPS  := $(CHECK_DEPS) $(PACKAGE_DEPS) llvm libclang-rt-dev bats strace qemu-system-x86 busybox-static cpio debootstrap \
              procps util-linux sudo graphviz postgresql rt-tests stress-ng zsh fish \
              nodejs redis-server openssh-client iproute2 dbus-daemon dbus-bin nginx curl

# Debian packages; does nothing when they are all there.
build-deps:
	$(Q)dpkg -s $(BUILD_DEPS) >/dev/null 2>&1 || \
		{ apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $(BUILD_DEPS); }
deps: build-deps
	$(Q)dpkg -s $(TEST_DEPS) >/dev/null 2>&1 || \
		{ apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $(TEST_DEPS); }

# What tests/distro installs in a tree of another release.
tree-deps:
	@echo make $(BUILD_DEPS) $(CHECK_DEPS) $(PACKAGE_DEPS)

demo: build-deps
	$(Q)$(MAKE) all
	$(Q)./ipctrace pipe-cases

LESSONS  := $(libdir)/ipctrace/scenarios
DOCS     := $(wildcard docs/*.md)
DESIGN   := $(wildcard docs/design/*.md)
COMPLETE := $(bashcompdir)/ipctrace $(zshcompdir)/_ipctrace $(fishcompdir)/ipctrace.fish
# Each page below the folder of its section: man1/ipctrace.1
MAN_AT    = $(foreach page,$(notdir $(MAN)),$(mandir)/man$(patsubst .%,%,$(suffix $(page)))/$(page))

# The program, its manual and its documents; and apart, for packagers, the scenarios with their claims and sources.
install: install-program install-scenarios

install-program: all
	$(INSTALL) -d $(DESTDIR)$(bindir) $(DESTDIR)$(docdir)/docs/design $(DESTDIR)$(docdir)/tests $(sort $(addprefix $(DESTDIR),$(dir $(MAN_AT) $(COMPLETE))))
	$(INSTALL_PROGRAM) ipctrace $(DESTDIR)$(bindir)
	$(foreach page,$(MAN),$(INSTALL_DATA) $(page) $(DESTDIR)$(mandir)/man$(patsubst .%,%,$(suffix $(page))) &&) :
	$(INSTALL_DATA) README.md NEWS.md CONTRIBUTING.md SECURITY.md COPYING $(DESTDIR)$(docdir)
	$(INSTALL_DATA) $(DOCS) $(DESTDIR)$(docdir)/docs
	$(INSTALL_DATA) $(DESIGN) $(DESTDIR)$(docdir)/docs/design
	$(INSTALL_DATA) tests/README.md $(DESTDIR)$(docdir)/tests
	$(foreach n,1 2 3,$(INSTALL_DATA) $(word $(n),$(SHELLS)) $(DESTDIR)$(word $(n),$(COMPLETE)) &&) :

install-scenarios: scenarios
	$(INSTALL) -d $(DESTDIR)$(LESSONS)
	$(INSTALL_PROGRAM) $(SCEN_BIN) $(DESTDIR)$(LESSONS)
	$(INSTALL_DATA) $(wildcard scenarios/*.expect scenarios/*.[ch] scenarios/README.md) $(DESTDIR)$(LESSONS)

# With the installed program's symbols left out.
install-strip:
	$(MAKE) INSTALL_PROGRAM='$(INSTALL_PROGRAM) -s' install

uninstall:
	rm -f $(DESTDIR)$(bindir)/ipctrace $(addprefix $(DESTDIR),$(MAN_AT) $(COMPLETE))
	rm -rf $(DESTDIR)$(libdir)/ipctrace $(DESTDIR)$(docdir)

help:
	@echo 'make            ./ipctrace and its scenarios'
	@echo 'make demo       installs what building needs (Debian), builds, runs pipe-cases; as root'
	@echo 'make deps test  installs what the tests need (Debian), runs them all; as root'
	@echo 'make test       all tests; SKIP_VM=1 leaves the virtual machines out'
	@echo 'make test-unit | test-golden | test-e2e | test-lint | test-distro SUITE=trixie | test-vm KERNEL=6.12'
	@echo 'make fuzz       libFuzzer on all that reads trace files, FUZZ_SECONDS=60'
	@echo 'make install    DESTDIR= PREFIX=$(PREFIX) or GNU names: prefix bindir libdir mandir docdir ...; make uninstall'
	@echo 'make clean      V=1 shows the commands, WERROR=1 makes warnings errors, GEN_VMLINUX_H=1 takes the kernel types from this kernel'

clean:
	$(Q)rm -rf $(O) ipctrace

.PHONY: all bpf user scenarios manual completion unit golden test test-unit test-golden test-e2e test-lint test-distro test-vm \
        fuzz lint bench bench-grow bench-replay bench-ring build-deps deps tree-deps demo install install-program \
        install-scenarios install-strip uninstall help clean
.DELETE_ON_ERROR:
.SECONDARY:
-include $(USER_OBJ:.o=.d) $(BPF_OBJ:.o=.d) $(WHY_OBJ:.o=.d) $(UNIT_LIB:.o=.d) $(FUZZ_OBJ:.o=.d)
-include $(wildcard $(foreach dir,linear linear/user/timeline linear/user/mech completion unit/tests/unit unit/tests/golden golden programs bench fuzz/tests/fuzz,$(O)/$(dir)/*.d))
