/* SPDX-License-Identifier: GPL-2.0 */
/* Chooses a backend by what the probe found, or says what to do if there is none. */
#include <errno.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "kern/bpf_log.h"
#include "session/choose.h"
#include "lib/log.h"
#include "names/names.h"

const char *hook_type_name(enum hook_type type)
{
	static const char *const names[] = {
	    [HOOK_TP_BTF] = "tp_btf", [HOOK_PERF_TP] = "perf_tp", [HOOK_FENTRY] = "fentry",
	    [HOOK_FEXIT] = "fexit",   [HOOK_KPROBE] = "kprobe",	  [HOOK_ITER] = "iter",
	    [HOOK_HELPER] = "helper",
	};

	return names[type];
}

bool is_locked_down(const struct hook *hook)
{
	return hook->type == HOOK_HELPER && hook->error == EINVAL;
}

const char *hook_why(const struct hook *hook)
{
	const char *name;

	if (is_locked_down(hook))
		return "EINVAL: BPF may not call it";
	/* Debian's 3, its default, keeps perf from CAP_PERFMON too. */
	if (hook->error == EACCES && (hook->type == HOOK_KPROBE || hook->type == HOOK_PERF_TP))
		return "EACCES: root only (perf_event_paranoid)";
	if (hook->error == ENOENT && hook->type == HOOK_KPROBE)
		return "ENOENT: no kprobes, or no such function";
	if (hook->error == ENOENT)
		return "ENOENT: this kernel's BTF does not have it";
	if (hook->error == EPERM)
		return "EPERM: the kernel forbids it";
	if (hook->error == ENOTSUP || hook->error == 524 /* the kernel's own ENOTSUPP */)
		return "ENOTSUPP: this kernel cannot hook it";
	name = errno_name(hook->error);
	return name ? name : "an error without a name";
}

static int no_backend(const struct probe *p, enum backend wanted)
{
	enum backend b = wanted == BACKEND_AUTO ? BACKEND_SYSCALL : wanted;
	const struct hook *hook = probe__missing(p, b);

	if (is_locked_down(hook))
		log_error("BPF may not call bpf_%s, as in lockdown=confidentiality: boot without "
			  "it, lockdown=integrity will do",
			  hook->name);
	else if (wanted == BACKEND_AUTO)
		log_error("no backend works on this kernel: %s %s: %s; see ipctrace doctor",
			  hook_type_name(hook->type), hook->name, hook_why(hook));
	else
		log_error(
		    "the %s backend does not work on this kernel: %s %s: %s; leave --backend out",
		    backend_name(b), hook_type_name(hook->type), hook->name, hook_why(hook));
	return -hook->error;
}

static void advise_root(const struct opts *o)
{
	bool all = o->n_scenarios == 1 && o->verb == o->scenarios[0].name;
	const char *case_name = all ? o->scenarios[0].case_name : NULL;

	log_error("tracing needs root or CAP_BPF+CAP_PERFMON: try sudo ipctrace %s%s%s%s", o->verb,
		  case_name ? "/" : "", case_name ? case_name : "", all ? "" : " ...");
}

int choose_backend(const struct opts *o, struct probe *p, enum backend *b)
{
	struct utsname u;
	int rc = probe__quick(p, o->backend);

	if (rc) {
		log_error("cannot probe the kernel: %s", strerror(-rc));
		return rc;
	}
	uname(&u);
	*b = o->backend == BACKEND_AUTO ? probe__best(p) : o->backend;
	if (p->too_old) {
		log_error("kernel %s is too old: ipctrace needs 5.18 or newer (the state in "
			  "sched_switch)",
			  u.release);
		rc = -EOPNOTSUPP;
	} else if (!p->privileged) {
		advise_root(o);
		rc = -EPERM;
	} else if (!p->btf && bpf_log__reason(0)) {
		rc = bpf_log__reason(0);
		log_error("cannot read the BTF at %s: %s; %s", BTF_FILE, strerror(-rc),
			  bpf_log__advice(rc));
	} else if (!p->btf) {
		log_error(access(BTF_FILE, R_OK)
			      ? "no BTF at %s: boot a kernel built with CONFIG_DEBUG_INFO_BTF=y, "
				"or mount sysfs"
			      : "the BTF at %s cannot be read: boot a kernel built with "
				"CONFIG_DEBUG_INFO_BTF=y",
			  BTF_FILE);
		rc = -ENOENT;
	} else if (*b == BACKEND_AUTO || probe__missing(p, *b)) {
		rc = no_backend(p, o->backend);
	}
	return rc;
}
