/* lock.pml - the lock protocol of docs/protocol.md, for the model checker Spin.
 *
 * README.md says what is modelled; scripts/model runs it. */
#include "parameters.pml"
#include "moves.pml"
#include "trace.pml"
#include "table.pml"
#include "tidy.pml"
#include "calm.pml"
#include "client.pml"
#include "npm.pml"
#include "world.pml"
