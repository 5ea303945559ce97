# shellcheck shell=bash disable=SC2034 # whoever sources it uses what it sets
# SPDX-License-Identifier: GPL-2.0
# Finds the Debian archive that this machine uses, so that tests fetch what they need from there, too.

debian_keyring=/usr/share/keyrings/debian-archive-keyring.gpg

# apt itself reads both kinds of source file. The origin, known where lists are present, tells Debian's
# own archive from others that use its release names; images often ship without lists.
apt_sources() {
	# shellcheck disable=SC2016 # the $(NAMES) are apt's
	apt-get indextargets --format '$(COMPONENT) $(RELEASE) $(REPO_URI) $(ORIGIN)' 'Created-By: Packages' |
		awk '$1 == "main" && $4 == "Debian" {print $2, $3}'
	# shellcheck disable=SC2016
	apt-get indextargets --no-release-info --format '$(COMPONENT) $(RELEASE) $(REPO_URI)' 'Created-By: Packages' |
		awk '$1 == "main" {print $2, $3}'
}

# Sets archive, from the first source of a plain Debian release, and sec_archive, its sister's, from the first -security
# one, which may be empty. Ends the script by its die() if there is none.
find_archive() {
	local sources
	sources=$(apt_sources) || die "apt-get indextargets failed; is this a Debian machine?"
	archive=$(awk '$1 ~ /^(bullseye|bookworm|trixie|forky|sid|unstable|testing|(old)*stable)$/ {print $2; exit}' <<<"$sources")
	sec_archive=$(awk '$1 ~ /-security$/ {print $2; exit}' <<<"$sources")
	[ -n "$archive" ] || die "no Debian archive among this machine's apt sources; add one with component main"
	[ -r "$debian_keyring" ] || die "missing $debian_keyring; install debian-archive-keyring"
}
