/* memory.h - what the process keeps of the memory it has freed: little. Over a lecture of hours it must not grow. */
#ifndef APP_MEMORY_H
#define APP_MEMORY_H

void memory_start(void);              /* first thing in main */
/* A whole training or lesson has been freed: its pages go back to the system. Takes a millisecond or a few; any thread. */
void memory_give_back(void);

#endif
