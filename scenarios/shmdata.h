/* SPDX-License-Identifier: GPL-2.0 */
/* Lesson 2.4: shmdata.h, what the two programs agree on, and the key of their segment. */
#ifndef SHMDATA_H
#define SHMDATA_H

#define LESSON_KEY ((key_t)1234)
#define TEXT_SZ	   2048

struct shared_use_st {
	volatile int written; /* 0: may be written, else: may be read */
	char text[TEXT_SZ];
};

#endif
