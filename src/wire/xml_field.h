/* xml_field.h - the text of one element in a small XML document: a reply of AWS STS.
 *
 * No more of XML than such replies hold: elements, attributes (skipped), the five entities and
 * numbers of characters. No DTD, CDATA or namespaces. */
#ifndef WIRE_XML_FIELD_H
#define WIRE_XML_FIELD_H

#include "base/buffer.h"

/* Appends the text of the first element of this name whose parent has that name. Elements in it
 * are not text and end the search.
 *
 * False if there is none, the document up to there is malformed, or the text does not fit the
 * buffer; the buffer may then hold a part of it. */
bool xml_field(struct bytes document, const char *parent, const char *name, struct buffer *target);

#endif
