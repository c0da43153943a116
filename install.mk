# install.mk - what is installed and where, and the Debian package. Part of the Makefile.
LIBDIR ?= $(PREFIX)/lib
ZSHDIR ?= $(PREFIX)/share/zsh/site-functions
TOP = $(DESTDIR)$(PREFIX)
VERSION = $(shell sed -n 's/^\#define BAKEOFF_VERSION "\(.*\)"/\1/p' core/machine.h)
HEADERS = $(foreach d,$(LAYERS),$(wildcard $d/*.h $d/*.def))
PUT = install -D -m 644

.PHONY: install
install: ## build and copy below DESTDIR PREFIX (/usr/local): program, experiments, man pages, completions, docs, library, headers
	@$(MAKE) --no-print-directory build
	@$(MAKE) --no-print-directory install-files

# What is built is copied; nothing is built.
.PHONY: install-files
install-files:
	@install -D $B/bakeoff $(TOP)/bin/bakeoff
	@cd experiments && find . -name '*.yaml' -o -name '*.sh' -o -name '*.pl' | while read -r file; do \
		case $$file in *slurm_task.sh) continue;; esac; \
		install -D -m $$([ -x $$file ] && echo 755 || echo 644) $$file $(TOP)/share/bakeoff/experiments/$$file || exit 1; done
	@install -d $(TOP)/share/man
	@$B/bakeoff help --format man --out $(TOP)/share/man
	@install -d $(TOP)/share/bash-completion/completions $(DESTDIR)$(ZSHDIR)
	@$B/bakeoff help --format bash > $(TOP)/share/bash-completion/completions/bakeoff
	@$B/bakeoff help --format zsh > $(DESTDIR)$(ZSHDIR)/_bakeoff
	@for file in README.md LICENSE docs/*.md; do $(PUT) $$file $(TOP)/share/doc/bakeoff/$$file || exit 1; done
	@for file in $$(find examples -type f); do $(PUT) $$file $(TOP)/share/doc/bakeoff/$$file || exit 1; done
	@for file in $(HEADERS); do $(PUT) $$file $(TOP)/include/bakeoff/$$file || exit 1; done
	@$(PUT) $B/libbakeoff.a $(DESTDIR)$(LIBDIR)/libbakeoff.a
	@strip --strip-debug $(DESTDIR)$(LIBDIR)/libbakeoff.a
	@install -d $(DESTDIR)$(LIBDIR)/pkgconfig
	@printf '%s\n' 'prefix=$(PREFIX)' 'libdir=$(LIBDIR)' 'includedir=$${prefix}/include/bakeoff' '' \
		'Name: bakeoff' \
		'Description: recurrent, convolutional and attention-based sequence models, trained and compared' \
		'Version: $(VERSION)' 'Requires: $(LIBRARIES)' \
		'Libs: -L$${libdir} -lbakeoff $(ONEDNN) $(MPI_LIBS) -lstdc++ -lm -pthread' \
		'Cflags: -I$${includedir} -pthread $(REAL)' > $(DESTDIR)$(LIBDIR)/pkgconfig/bakeoff.pc

.PHONY: uninstall
uninstall: ## remove what `make install` copied, with the same DESTDIR and PREFIX
	rm -f $(TOP)/bin/bakeoff $(DESTDIR)$(LIBDIR)/libbakeoff.a $(DESTDIR)$(LIBDIR)/pkgconfig/bakeoff.pc
	rm -rf $(TOP)/include/bakeoff $(TOP)/share/bakeoff $(TOP)/share/doc/bakeoff
	rm -f $(TOP)/share/man/man1/bakeoff.1 $(TOP)/share/man/man1/bakeoff-*.1 $(TOP)/share/man/man5/bakeoff-experiment.5
	rm -f $(TOP)/share/bash-completion/completions/bakeoff $(DESTDIR)$(ZSHDIR)/_bakeoff

# From a copy of what is committed and of what was changed since; the packages are in build/debian/.
.PHONY: deb
deb: ## the Debian packages bakeoff and libbakeoff-dev, in build/debian/
	@./setup.sh deb
	@rm -rf build/debian && mkdir -p build/debian/bakeoff-$(VERSION)
	@git ls-files -z --cached --others --exclude-standard | xargs -0 cp --parents -t build/debian/bakeoff-$(VERSION)
	@cd build/debian/bakeoff-$(VERSION) && \
		BAKEOFF_COMMIT="$$(git -C ../../.. describe --always --dirty=+ --abbrev=12 --match=-)" \
		dpkg-buildpackage -b -us -uc
	@lintian --fail-on error build/debian/*.deb
	@ls build/debian/*.deb
