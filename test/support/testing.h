/* testing.h - what every test file includes: cmocka with the headers it needs first. */
#ifndef TEST_SUPPORT_TESTING_H
#define TEST_SUPPORT_TESTING_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#endif
