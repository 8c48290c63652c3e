# What a person types. FAJMA_PORT (8080) and FAJMA_STATE (.fajma) move a stack, so that several run side by side.
# .build/release has every executable.

PORT ?= 9001
say = @date '+== %H:%M:%S $(1)'

.PHONY: run stack test test-fast test-long test-build sanitize build setup packages setup-long ws-echo bench screenshots firmware-test clean help lint format sbom deb test-deploy setup-deb

# A hospital to look at: installs, builds, starts all of it with simulated devices. Ctrl-C ends it, the data stays.
run: build
	$(call say,run)
	@exec scripts/stack run

# The same without demonstration data and devices; prints `ready http://…` once it serves.
stack: build
	@exec scripts/stack stack

# Every test there is. The last line is `N passed, N failed`.
test: packages
	$(call say,test)
	@exec /usr/bin/python3 scripts/test

# What needs no stack and no browser: Swift, node, lint.
test-fast: packages
	$(call say,test-fast)
	@exec /usr/bin/python3 scripts/test fast

# Every test, on optimised code, with more fuzzing and more simulated days.
test-long: export FAJMA_TEST_OPTIMISED = 1
test-long: setup-long
	$(call say,test-long)
	@exec /usr/bin/python3 scripts/test long

# Swift's tests with the address sanitizer, then with the thread sanitizer. Each compiles everything again: half an hour.
sanitize: setup
	$(call say,sanitize)
	@FAJMA_TEST_SANITIZE=address scripts/swift-test
	@FAJMA_TEST_SANITIZE=thread scripts/swift-test

# Compiles the executables and Swift's tests once, into .build/test. Not optimised.
test-build: packages
	$(call say,test-build)
	@scripts/swift-test --build-only

# Builds the executables, with Swift's libraries inside, so that they run on a machine without Swift.
build: setup
	$(call say,build)
	@scripts/build-release

# Installs what building, running and testing need and the machine lacks.
setup:
	$(call say,setup)
	@scripts/setup

packages:
	$(call say,packages)
	@scripts/setup packages

setup-long:
	@scripts/setup long

# An echo server on the push daemon's socket code, for conformance suites such as Autobahn's; not shipped.
ws-echo: build
	@echo "echo server: ws://127.0.0.1:$(PORT)/ (Ctrl-C ends it)"
	@exec .build/release/ws-echo $(PORT)

# The measurements, as a table with ratios.
bench: build .build/bare
	$(call say,bench)
	@FAJMA_BIN=.build/release PYTHONPATH=Tests/EndToEnd:scripts exec .venv/bin/python Tests/Load/bench.py $(ARGS)

# Pictures of every page into .build/screenshots, with an index.html to look at them, and those of docs/.
screenshots: build
	$(call say,screenshots)
	@FAJMA_BIN=.build/release PYTHONPATH=Tests/EndToEnd:scripts exec .venv/bin/python -m scenes.screenshots --docs

# The limit to compare with: plain libfcgi that does no work.
.build/bare: Tests/Load/bare/bare.c
	@mkdir -p .build
	cc -O2 -Wall -Wextra -o $@ $< -lfcgi -lpthread

# The device's core on the architecture of an ESP32-C3, in qemu, with its budget of code and RAM; and its parsers and memory fuzzed.
firmware-test: setup
	$(call say,firmware-test)
	@firmware/qemu/run
	@firmware/host/run
	@Tests/Fuzz/run

# The static checks on every tracked file. The last line is `N passed, N failed`. scripts/lint NAME runs one of them.
lint: setup
	$(call say,lint)
	@exec /usr/bin/python3 scripts/lint

# Formats Swift and C, and repairs what ruff can repair.
format: setup
	$(call say,format)
	@exec /usr/bin/python3 scripts/lint --fix

# The software bill of materials of the build, CycloneDX JSON, in .build/fajma.cdx.json.
sbom: build
	$(call say,sbom)
	@exec /usr/bin/python3 scripts/sbom

# Debian packages with checksums and bill of materials, checked by lintian, in .build/deb.
deb: setup-deb build
	$(call say,deb)
	@exec /usr/bin/python3 scripts/deb

# Installs the packages of .build/deb in a bare Debian 12 and a bare Debian 13, both booted: setup, a report over TLS, restarts, remove, purge. As root.
test-deploy: setup-deb
	$(call say,test-deploy)
	@exec /usr/bin/python3 Tests/Deploy/run

setup-deb:
	@scripts/setup deb

# This list: the first sentence of the comment above each target.
help:
	@awk '/^# /{ text = text (text == "" ? "" : " ") substr($$0, 3); next } \
	    text != "" && /^[a-z][a-z-]*:/{ name = $$1; sub(/:.*/, "", name); sub(/\. [A-Z].*/, ".", text); printf "make %-14s %s\n", name, text } \
	    { text = "" }' $(MAKEFILE_LIST)

# Removes what the build made. Leaves .fajma alone: it has data.
clean:
	rm -rf .build .venv
