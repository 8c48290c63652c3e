# What a person types. FAJMA_PORT (8080) and FAJMA_STATE (.fajma) move a stack, so that several run side by side.
# .build/release has every executable.

PORT ?= 9001
say = @date '+== %H:%M:%S $(1)'

.PHONY: run stack test test-fast test-long build setup ws-echo bench screenshots firmware-test clean

# A hospital to look at: installs, builds, starts all of it with simulated devices. Ctrl-C ends it, the data stays.
run: build
	$(call say,run)
	@exec scripts/stack run

# The same without demonstration data and devices; prints `ready http://…` once it serves.
stack: build
	@exec scripts/stack stack

# Every test there is. The last line is `N passed, N failed`.
test: build
	$(call say,test)
	@exec /usr/bin/python3 scripts/test

# What needs no stack and no browser: Swift, node, lint.
test-fast: build
	$(call say,test-fast)
	@exec /usr/bin/python3 scripts/test fast

# Every test, with more fuzzing and more simulated days.
test-long: build
	$(call say,test-long)
	@exec /usr/bin/python3 scripts/test long

# With Swift's libraries inside, so that the executables run on a machine without Swift.
build: setup
	$(call say,build)
	@swift build -c release --static-swift-stdlib

setup:
	$(call say,setup)
	@scripts/setup

# An echo server on the push daemon's socket code, for conformance suites such as Autobahn's; not shipped.
ws-echo: build
	@echo "echo server: ws://127.0.0.1:$(PORT)/ (Ctrl-C ends it)"
	@exec .build/release/ws-echo $(PORT)

# The measurements, as a table with ratios.
bench: build .build/bare
	$(call say,bench)
	@PYTHONPATH=Tests/EndToEnd:scripts exec .venv/bin/python Tests/Load/bench.py

# Pictures of every page into .build/screenshots, with an index.html to look at them, and those of docs/.
screenshots: build
	$(call say,screenshots)
	@PYTHONPATH=Tests/EndToEnd:scripts exec .venv/bin/python -m scenes.screenshots --docs

# The limit to compare with: plain libfcgi that does no work.
.build/bare: Tests/Load/bare/bare.c
	@mkdir -p .build
	cc -O2 -Wall -Wextra -o $@ $< -lfcgi -lpthread

# The device's core on the architecture of an ESP32-C3, in qemu, with its budget of code and RAM; and its parsers and memory fuzzed.
firmware-test: setup
	$(call say,firmware-test)
	@firmware/qemu/run
	@Tests/Fuzz/run

# Leaves .fajma alone: it has data.
clean:
	rm -rf .build .venv
