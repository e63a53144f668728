/* dynamodb_doctor.h - examining the lock table and the way to it. */
#ifndef STORE_DYNAMODB_DOCTOR_H
#define STORE_DYNAMODB_DOCTOR_H

#include "store/dynamodb.h"
#include "store/findings.h"

/* Examines over a link, as ddblock_table_examine says. */
void dynamodb_examine(const struct dynamodb_link *link, const struct dynamodb_table *table,
                      struct findings *findings);

#endif
