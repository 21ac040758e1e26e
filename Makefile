# The commands of the project. `make help` lists them.

prefix ?= /usr/local
preset ?= release
demo ?= var/demo
programs = $(if $(wildcard src/app/CMakeLists.txt),belfryd belfry,all)
console_inputs = $(shell find console -type f -not -path '*/node_modules/*' -not -path 'console/dist/*' \
	-not -path 'console/test*' -not -name contract.d.ts 2>/dev/null) docs/api/openapi.yaml

.DEFAULT_GOAL := help
.PHONY: help up build test check bench install package clean console bootstrap

help: ## This list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1	\2/p' Makefile | expand -t 18

up: build ## Install what is missing, build, start the demonstration provider in the foreground
	@exec build/release/bin/belfryd --config examples/provider.yaml --data $(demo)

build: bootstrap ## Build the daemon, the command line and the console
	@tools/build $(preset) $(programs)
	@$(MAKE) --no-print-directory console

bootstrap:
	@tools/bootstrap build $(if $(wildcard console/package.json),console)

test: ## Build and pass everything: unit, simulation, real clients, browser, sanitizers
	@tools/test

check: ## Format, tidy, lint
	@tools/check

bench: ## Measure, beside peers and the disk's own limit
	@tools/bench

install: ## Install under $(prefix), DESTDIR is honoured
	@test -x build/release/bin/belfryd || $(MAKE) --no-print-directory build
	cmake --install build/release --prefix $(prefix) --component belfry

package: build ## Make a Debian package in build/package
	@tools/bootstrap package
	cpack --config build/release/CPackConfig.cmake -G DEB -B build/package

clean: ## Remove what was built (demonstration data in var/ stays)
	rm -rf build console/dist

console: $(if $(wildcard console/package.json),console/dist/.built)

# The console's packages, and those of tests/policy.
%/node_modules/.installed: %/package-lock.json
	tools/with_node npm --prefix $* ci --no-audit --no-fund --loglevel=error
	@touch $@

console/dist/.built: console/node_modules/.installed $(console_inputs)
	cd console && ../tools/with_node npm run --silent build
	@touch $@
