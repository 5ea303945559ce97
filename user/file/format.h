/* SPDX-License-Identifier: GPL-2.0 */
/* The structs of a trace file, for writer and reader only; docs/FILE.md has their order. */
#ifndef IPCTRACE_FILE_FORMAT_H
#define IPCTRACE_FILE_FORMAT_H

#include <linux/types.h>

#define FILE_MAGIC	"\x89ipctrc\n" /* without its 0 */
#define BYTE_ORDER_MARK 0x1a2b3c4dU

/* The first bytes: what must be right for anything else to be believed. */
struct file_head {
	char magic[8];
	__u32 byte_order;
	__u16 major, minor; /* TRACE_MAJOR, TRACE_MINOR */
};

enum frame_type {
	FRAME_ABOUT = 1,   /* struct trace_about */
	FRAME_RUN = 2,	   /* struct trace_run: a run begins */
	FRAME_RECORDS = 3, /* codec items */
	FRAME_RUN_END = 4, /* struct trace_end */
	FRAME_END = 5,	   /* no run follows: the recorder ended in good order */
	FRAME_INDEX = 6,   /* struct index_entry, one a frame before it */
};

#define FRAME_SYNC 0xa5f00d5aU
/* Deflated or not, no payload is longer. */
#define PAYLOAD_MAX (16U << 20)
/* That of FRAME_RECORDS, inflated. */
#define RECORDS_MAX (1U << 20)
/* The payload of FRAME_RECORDS is written when it has this many bytes, or is a second old. */
#define CHUNK_SIZE (64U << 10)

/* Before every payload. */
struct frame {
	__u32 sync;
	__u32 head_crc; /* crc32 of all that follows in this struct */
	__u32 type;	/* enum frame_type */
	__u32 run;	/* 1, 2, ...: the run it belongs to, 0 none */
	__u32 len;	/* of the payload as it stands in the file */
	__u32 raw_len;	/* of the payload inflated; equal to len: it is not deflated */
	__u32 crc;	/* crc32 of the payload as it stands in the file */
	__u32 records;	/* in the payload */
	__u64 before;	/* records in all frames before this one */
	__u64 first;	/* least and greatest time of its records; 0 without any */
	__u64 last;
};

struct index_entry {
	__u64 offset;
	__u32 type, run, records, len;
	__u64 first, last;
};

static inline struct index_entry index_entry_of(const struct frame *f, __u64 offset)
{
	return (struct index_entry){
	    .offset = offset,
	    .type = f->type,
	    .run = f->run,
	    .records = f->records,
	    .len = f->len,
	    .first = f->first,
	    .last = f->last,
	};
}

/* The last bytes of a file that was ended in good order. */
struct file_tail {
	__u64 index; /* where the frame of the index begins */
	__u32 sync;
	__u32 crc; /* crc32 of index */
};

_Static_assert(sizeof(struct file_head) == 16 && sizeof(struct frame) == 56 &&
		   sizeof(struct index_entry) == 40 && sizeof(struct file_tail) == 16,
	       "no padding in the file");

#endif
