/* proxy.js - the bad network of scripts/chaos: each process reaches the engine by a port of its
 * own, and its requests meet faults that are drawn from the seed. */
"use strict";

const http = require("http");

const { forward, perform, readBody } = require("../support/faults");
const { describe } = require("./table");

/* How often each fault is drawn, against the others. Times are shares of the lease: up to two,
 * so that what is late comes when the lock is somebody else's. */
const FAULTS = [
    [10, { fault: "reset" }],
    [3, { fault: "stall" }],
    [12, { fault: "drop-reply" }],
    [3, { fault: "swallow-reply" }],
    [5, { fault: "half-close" }],
    [8, { fault: "late", from: 0.05, to: 2 }],
    [10, { fault: "delay", from: 0.01, to: 0.6 }],
    [10, { fault: "delay-reply", from: 0.01, to: 0.6 }],
    [6, { fault: "double" }],
    [8, { fault: "double-late", from: 0.05, to: 2 }],
    [5, { fault: "refuse", argument: "400" }],
    [5, { fault: "refuse", argument: "exceeded" }],
    [5, { fault: "refuse", argument: "500" }],
    [3, { fault: "refuse", argument: "503" }],
    [6, { fault: "apply", argument: "500" }],
    [3, { fault: "apply", argument: "503" }]
];

/* The name by which the report counts a fault. */
function nameOf(drawn)
{
    return drawn.argument === undefined ? drawn.fault : `${drawn.fault} ${drawn.argument}`;
}

class Proxy
{
    constructor({ engine, table, history, random, lease_ms })
    {
        Object.assign(this, { engine: new URL(engine), table, history, random, lease_ms });
        this.probability = 0; /* that a request meets a fault */
        this.servers = [];
    }

    /* Opens a way for one process; resolves to { port, who, cutOff }, of which the owner sets the
     * last two: who comes by it, and whether nothing gets through. */
    open(name)
    {
        const way = { who: name, cutOff: false, random: this.random.fork(name) };
        const server = http.createServer((request, response) =>
            this.serve(way, request, response));

        server.keepAliveTimeout = 0; /* no idle connection is closed under a client */
        this.servers.push(server);
        return new Promise(resolve => server.listen(0, "127.0.0.1", () =>
        {
            way.port = server.address().port;
            resolve(way);
        }));
    }

    draw(way)
    {
        if (way.cutOff)
        {
            return way.random.pick([{ fault: "reset" }, { fault: "stall" }]);
        }
        if (!way.random.chance(this.probability))
        {
            return null;
        }
        const drawn = way.random.draw(FAULTS);
        return drawn.from === undefined ? drawn
            : { ...drawn, argument_ms: this.lease_ms * way.random.between(drawn.from, drawn.to) };
    }

    async serve(way, request, response)
    {
        const who = way.who;

        try
        {
            const body = await readBody(request);
            const about = describe(request, body);
            const drawn = this.draw(way);
            let deliveries = 0;
            const toEngine = () =>
                this.deliver(who, request, body, about, drawn, deliveries++);

            if (drawn === null)
            {
                await perform("none", 0, response, toEngine);
                return;
            }
            if (!way.cutOff) /* that is recorded as one */
            {
                this.history.add({ kind: "fault", at: this.history.now(), who,
                    lock: about.lock, fault: nameOf(drawn) });
            }
            await perform(drawn.fault, drawn.argument_ms || drawn.argument, response, toEngine,
                () => null);
        }
        catch (error)
        {
            request.socket.destroy(); /* the engine is gone or the client is */
        }
    }

    async deliver(who, request, body, about, drawn, deliveries)
    {
        const send = () => forward(this.engine, request, body);

        if (!about.isWrite || about.lock === null)
        {
            return send();
        }
        const { reply, change } = await this.table.carryOut(about.lock, send,
            () => this.history.now());
        if (change !== null)
        {
            const isGhost = deliveries > 0 || (drawn !== null && drawn.fault === "late");
            this.history.add({ kind: "write", who, ghost: isGhost, ...change });
        }
        return reply;
    }

    close()
    {
        for (const server of this.servers)
        {
            server.close();
            server.closeAllConnections();
        }
    }
}

module.exports = { FAULTS, Proxy, nameOf };
