/* resource.js - what the locks of scripts/chaos guard: a process that refuses a write whose
 * fencing token is lower than one that it has accepted, and records every write that is tried.
 *
 *     node resource.js FILE        as a child of chaos.js, with a channel
 *
 * Sends its port on 127.0.0.1 to its parent; ends when told "end", with all in FILE, a JSON
 * object a line. A writer sends "write LOCK WHO NUMBER TOKEN" and gets "y" or "n". */
"use strict";

const fs = require("fs");
const net = require("net");
const readline = require("readline");

const file = fs.createWriteStream(process.argv[2]);
const highest = new Map();

function tryWrite(line)
{
    const [, lock, who, number, tokenText] = line.split(" ");
    const token = Number(tokenText);
    const accepted = token >= (highest.get(lock) || 0);

    if (accepted)
    {
        highest.set(lock, token);
    }
    file.write(`${JSON.stringify({
        kind: "tried",
        at_us: String(process.hrtime.bigint() / 1000n),
        lock,
        who,
        number: Number(number),
        token,
        accepted
    })}\n`);
    return accepted;
}

const server = net.createServer(socket =>
{
    socket.setNoDelay(true);
    const lines = readline.createInterface({ input: socket });

    lines.on("line", line => socket.write(tryWrite(line) ? "y\n" : "n\n"));
    socket.on("error", () => socket.destroy()); /* a writer that was killed */
    lines.on("error", () => socket.destroy()); /* the same again, by Node.js 20 */
});

server.listen(0, "127.0.0.1", () => process.send(server.address().port));
process.on("message", () => file.end(() => process.exit(0)));
process.on("disconnect", () => process.exit(1));
