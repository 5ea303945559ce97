#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# What bench/ measures runs, and says what it is to say. No time is judged.

bats_require_minimum_version 1.5.0

load lib/common.bash

setup() {
	begin_work
	export O=${O:-build}
	make -s -C "$root" "$O/bench/work" "$O/bench/floor" >&2
}

@test "bench: each work ends, and prints two times or two quantiles" {
	number='[0-9]+\.[0-9]'
	for w in getppid pingpong stream pairs {unix,tcp}-{pingpong,stream}; do
		run -0 "$root/$O/bench/work" "$w" 100
		[[ $output =~ ^$number$'\n'cpu\ $number$ ]]
	done
	for w in {unix,tcp}-load; do
		run -0 "$root/$O/bench/work" "$w" 100
		[[ $output =~ ^median\ $number$'\n'p99\ $number$ ]]
	done
}

@test "bench: the table has a row for each figure, and names what is left out" {
	need_tracing
	WORKS="unix-pingpong unix-load none" WAYS="floor full" ROUNDS=1 N=50 run -0 "$root/bench/run.sh"
	[[ $output == *"none is left out: "* ]]
	for row in "unix-pingpong +ns" "unix-pingpong +cpu" "unix-load +median" "unix-load +p99"; do
		grep -E "^$row( +[0-9.]+){3}$" <<<"$output"
	done
}
