# boomd: build, test, install.  `make help` lists the targets.
#
# O=DIR   build folder (default: build)      V=1    show each command
# SAN=1   AddressSanitizer and UBSan         WERROR=1  warnings are errors (CI)

O       ?= build
# one spelling for one folder: the compiler's dependency files name their targets by it
override O := $(patsubst $(CURDIR)/%,%,$(abspath $(O)))
V       ?= 0
PREFIX  ?= /usr
SYSCONFDIR ?= /etc
CLANG   ?= clang
BPFTOOL ?= bpftool
PKGS    := libbpf json-c libsystemd

ifeq ($(V),1)
  Q :=
  msg :=
else
  Q := @
  msg = @printf '  %-8s %s\n' "$(1)" "$(patsubst $(O)/%,%,$(2))";
endif

WARN     := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes
CFLAGS   ?= -O2 -g
# a comma would end an argument of $(if)
SAN_FLAGS := -fsanitize=address,undefined
ALL_CFLAGS = -std=gnu11 $(WARN) $(if $(WERROR),-Werror) $(CFLAGS) -D_GNU_SOURCE -fPIE -pthread \
	-I. -Iuser -I$(O)/bpf -I$(O) $(if $(SAN),$(SAN_FLAGS) -fno-sanitize-recover=undefined -fno-omit-frame-pointer) \
	$(shell pkg-config --cflags $(PKGS) 2>/dev/null)
ALL_LDFLAGS = -pie -pthread -rdynamic $(LDFLAGS) $(if $(SAN),$(SAN_FLAGS))
LIBS     = $(shell pkg-config --libs $(PKGS) 2>/dev/null) -ldl -lm
ARCH     := $(shell uname -m | sed 's/x86_64/x86/;s/aarch64/arm64/')
BPF_CFLAGS = -g -O2 -target bpf -mcpu=v3 -D__TARGET_ARCH_$(ARCH) -Wall -Wextra -Wno-unused-parameter \
	-Wno-missing-declarations $(if $(WERROR),-Werror) -I. -Ivmlinux

BPF_SRC  := $(wildcard bpf/*.bpf.c)
BPF_OBJ  := $(BPF_SRC:%.c=$(O)/%.o)
SKEL     := $(O)/bpf/boomd.skel.h
USER_SRC := $(shell find user -name '*.c' | sort)
USER_OBJ := $(USER_SRC:%.c=$(O)/%.o)
LIB_OBJ  := $(filter-out $(O)/user/main.o,$(USER_OBJ))
UNIT_SRC := $(shell find tests/unit -name '*.c' 2>/dev/null | sort)
UNIT_OBJ := $(UNIT_SRC:%.c=$(O)/%.o)
GUEST_SRC := $(wildcard tests/guest/*.c)
GUEST_OBJ := $(GUEST_SRC:%.c=$(O)/%.o)
# the guest's harness, with other tests: on one kernel only; peer/ beside another daemon
HARNESS  := $(patsubst %,tests/guest/%.c,cgroup child daemon guest load)
ONCE_SRC := $(wildcard tests/guest/once/*.c) $(HARNESS) tests/unit/act/fake_systemd.c
ONCE_OBJ := $(ONCE_SRC:%.c=$(O)/%.o)
PEER_SRC := $(wildcard tests/guest/peer/*.c) $(HARNESS)
PEER_OBJ := $(PEER_SRC:%.c=$(O)/%.o)
# What a plugin outside the tree is built against: export.h and all that it includes.
PLUGIN_HEADERS := $(patsubst ./%,%,$(filter %.h,$(shell $(CC) -I. -Iuser -MM user/plugins/export.h)))
STAGED   := $(patsubst user/%,$(O)/include/boomd/%,$(PLUGIN_HEADERS:bpf/%=$(O)/include/boomd/bpf/%))
SAMPLES  := $(patsubst docs/samples/%.c,$(O)/samples/%.so,$(wildcard docs/samples/*.c))
# one plugin for each thing that can be wrong with one
BAD      := GOOD WRONG_SIZE WRONG_MAJOR NO_LAYOUT WRONG_LAYOUT NO_EXPORT NULL_EXPORT INCOMPLETE HOOK TAKEN UNDEFINED
BAD_SO   := $(BAD:%=$(O)/tests/plugins/%.so)
LOADS    := $(patsubst tests/load/%.c,$(O)/load/%,$(wildcard tests/load/*.c))
KERNELS  ?= 6.1 6.12 6.18 7.3
KERNEL   ?= 6.12
# What the scripts take from here; they start their own makes.
RUN      = $(Q)MAKEFLAGS= MFLAGS= MAKE="$(MAKE)" O="$(O)" V="$(V)" KERNELS="$(KERNELS)" KERNEL="$(KERNEL)" HOST="$(HOST)"

.DELETE_ON_ERROR:
.PHONY: all unit headers clean help install setup test test-vm demo guest-programs loads unit-tests
all: $(O)/boomd $(SAMPLES) ## build the daemon (default)

# --- the kernel side: every program into one object, one skeleton ---
$(O)/bpf/%.bpf.o: bpf/%.bpf.c
	$(call msg,BPF,$@)
	@mkdir -p $(@D)
	$(Q)$(CLANG) $(BPF_CFLAGS) -MMD -MP -MT $@ -c $< -o $@

$(O)/bpf/boomd.bpf.o: $(BPF_OBJ)
	$(call msg,BPFLINK,$@)
	$(Q)$(BPFTOOL) gen object $@ $^

$(SKEL): $(O)/bpf/boomd.bpf.o
	$(call msg,SKEL,$@)
	$(Q)$(BPFTOOL) gen skeleton $< name boomd_bpf > $@

# --- the user side ---
$(O)/user/%.o: user/%.c | $(SKEL)
	$(call msg,CC,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP -c $< -o $@

# .incbin is no #include: the compiler does not know of it
$(O)/user/configure.o $(O)/user/options.o: ALL_CFLAGS += -DCONFIGURE_INSTALLED='"$(SYSCONFDIR)/boomd/boomd.json"'
$(O)/user/config/default.o: user/config/default.json

$(O)/boomd: $(USER_OBJ)
	$(call msg,LINK,$@)
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) $^ $(LIBS) -o $@

# --- plugins outside the tree: nothing of ours but the headers that are installed ---
$(O)/include/boomd/bpf/%.h: bpf/%.h
	$(Q)install -D -m 644 $< $@

$(O)/include/boomd/%.h: user/%.h
	$(Q)install -D -m 644 $< $@

PLUGIN_CC = $(CC) $(WARN) $(if $(WERROR),-Werror) $(CFLAGS) -shared -fPIC -I$(O)/include/boomd

$(O)/samples/%.so: docs/samples/%.c $(STAGED)
	$(call msg,PLUGIN,$@)
	@mkdir -p $(@D)
	$(Q)$(PLUGIN_CC) $< -o $@

$(BAD_SO): $(O)/tests/plugins/%.so: tests/plugins/bad.c $(STAGED)
	$(call msg,PLUGIN,$@)
	@mkdir -p $(@D)
	$(Q)$(PLUGIN_CC) -D$* $< -o $@

# --- tests: objects are named, never taken from an archive (Criterion registers by section) ---
$(O)/tests/%.o: tests/%.c | $(SKEL)
	$(call msg,CC,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) -Itests -MMD -MP -c $< -o $@

# the spawner's tests run boomd itself
$(O)/unit-tests: $(LIB_OBJ) $(UNIT_OBJ) | $(O)/boomd
	$(call msg,LINK,$@)
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) $^ $(LIBS) -lcriterion -o $@

$(O)/guest-tests: $(LIB_OBJ) $(GUEST_OBJ)
	$(call msg,LINK,$@)
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) $^ $(LIBS) -lcriterion -o $@

# The page of the tables that the unit tests are: their objects, with a main() of its own.
$(O)/conformance-page: $(LIB_OBJ) $(UNIT_OBJ) $(O)/tests/conformance_page.o
	$(call msg,LINK,$@)
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) $^ $(LIBS) -lcriterion -o $@

.PHONY: conformance
conformance: $(O)/conformance-page ## write docs/oomd-conformance.md from the unit tests
	$(Q)$(O)/conformance-page > docs/oomd-conformance.md
	$(Q)$(O)/conformance-page differences > $(O)/differences.md
	$(Q)sed -i -e '/^<!-- differences -->/r $(O)/differences.md' \
		-e '/^<!-- differences -->/,/^<!-- end -->/{/^|/d}' docs/migrating-from-oomd.md

$(O)/once-tests: $(LIB_OBJ) $(ONCE_OBJ)
	$(call msg,LINK,$@)
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) $^ $(LIBS) -lcriterion -o $@

$(O)/peer-tests: $(PEER_OBJ)
	$(call msg,LINK,$@)
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) $^ -lcriterion -o $@

# Programs that make memory short in a guest: static, so that they bring nothing along.
$(O)/load/%: tests/load/%.c
	$(call msg,LOAD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) -std=gnu11 $(WARN) $(if $(WERROR),-Werror) $(CFLAGS) -D_GNU_SOURCE -static $< -o $@

loads: $(LOADS)

guest-programs: $(O)/boomd $(O)/guest-tests $(O)/once-tests $(O)/peer-tests $(LOADS) $(SAMPLES)

# some start the daemon that lies beside them
unit-tests: $(O)/unit-tests $(O)/boomd $(SAMPLES) $(BAD_SO)

unit: unit-tests ## run the unit tests (any user)
	$(Q)$(O)/unit-tests -j2

headers: | $(SKEL) ## check that every header stands alone
	$(Q)set -e; for h in bpf/events.h $$(find user -name '*.h'); do \
		$(CC) $(ALL_CFLAGS) -Wno-unused-function -fsyntax-only -x c $$h; done

# --- these install by apt what they miss, as root; without root they say what to run ---
setup: ## install what it takes to build and test
	$(RUN) tools/setup test
	$(RUN) tools/setup guest $(KERNELS)
	$(RUN) tools/setup peer

test: ## everything: gcc, clang, sanitizers, guests; KERNELS="6.1 7.3" for fewer
	$(RUN) tools/test

test-vm: ## the guest tests alone, on KERNELS
	$(RUN) tools/test guests

demo: ## a hog, its neighbour and boomd, in a guest (KERNEL=7.3) or here (HOST=1)
	$(RUN) tools/demo

install: $(O)/boomd $(STAGED) ## DESTDIR, PREFIX, SYSCONFDIR; keeps a configuration that is there
	$(Q)install -D -m 755 $(O)/boomd $(DESTDIR)$(PREFIX)/sbin/boomd
	$(Q)set -e; for h in $(STAGED:$(O)/include/%=%); do \
		install -D -m 644 $(O)/include/$$h $(DESTDIR)$(PREFIX)/include/$$h; done
	$(Q)mkdir -p $(DESTDIR)$(PREFIX)/lib/systemd/system $(DESTDIR)$(SYSCONFDIR)/boomd
	$(Q)sed -e 's|@PREFIX@|$(PREFIX)|; s|@SYSCONFDIR@|$(SYSCONFDIR)|' tools/boomd.service \
		> $(DESTDIR)$(PREFIX)/lib/systemd/system/boomd.service
	$(Q)test -e $(DESTDIR)$(SYSCONFDIR)/boomd/boomd.json || \
		install -m 644 user/config/default.json $(DESTDIR)$(SYSCONFDIR)/boomd/boomd.json

clean: ## remove the build folder
	$(Q)rm -rf $(O)

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sort | sed -E 's/:.*## /\t/' | expand -t 16

-include $(shell find $(O)/user $(O)/bpf $(O)/tests -name '*.d' 2>/dev/null)
