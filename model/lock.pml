/* lock.pml - the lock protocol of docs/protocol.md, for the model checker Spin.
 *
 * README.md says what is modelled; scripts/model runs it. */
#include "parameters.pml"
#include "moves.pml"
#include "table.pml"
#include "tidy.pml"

#define FAULTY true
#define TICKS true
#define STARTS true
#define POLLS true
#define GIVES_UP true
#define RENEWS true

#include "client.pml"
#include "world.pml"
