/* report.js - what a run of scripts/chaos was, in figures. */
"use strict";

const { clientOf } = require("./acquisitions");

const CLIENTS = ["ours", "run", "npm"];
const TITLES = { ours: "our library", run: "ddblock run", npm: "npm client" };
const PROCESS_FAULTS = { kill: "killed (SIGKILL)", term: "asked to end (SIGTERM)",
    pause: "paused (SIGSTOP)", cut: "cut off" };

function count(records, test)
{
    return records.reduce((sum, record) => sum + (test(record) ? 1 : 0), 0);
}

function table(head, rows)
{
    return [head, head.map(() => "---"), ...rows]
        .map(row => `| ${row.join(" | ")} |`).join("\n");
}

function perClient(title, records, test)
{
    return [title, ...CLIENTS.map(client =>
        count(records, record => test(record) && clientOf(record.who) === client))];
}

function seconds(ms)
{
    return `${(ms / 1000).toFixed(1)} s`;
}

function longestWait(acquisitions, client)
{
    const waits = acquisitions.filter(acquisition => acquisition.client === client &&
        acquisition.waited_ms > 0).map(({ waited_ms }) => waited_ms);

    return waits.length === 0 ? "-" : seconds(Math.max(...waits));
}

function whatWasDone({ records, acquisitions })
{
    const of = (kind, test) => record => record.kind === kind && test(record);

    return table(["", ...CLIENTS.map(client => TITLES[client])], [
        perClient("lives", records, of("start", () => true)),
        perClient("acquisitions that the table carried out", records,
            of("write", ({ op }) => op === "acquire" || op === "take-over")),
        perClient("of those, of a lock whose lease had run out", records,
            of("write", ({ op }) => op === "take-over")),
        perClient("of all writes, came late or twice and took effect", records,
            of("write", ({ ghost }) => ghost)),
        perClient("told acquired", acquisitions, () => true),
        perClient("renewals", records, of("write", ({ op }) => op === "renew")),
        perClient("told lost, or ended for it", records, record =>
            (record.kind === "released" && record.status === "LOST") ||
            (record.kind === "ended" && record.code === 76)),
        perClient("a release in doubt, or failed", records,
            of("released", ({ status }) => status !== "OK" && status !== "LOST")),
        perClient("writes accepted by the resource", records,
            of("tried", ({ accepted }) => accepted)),
        perClient("writes refused by the resource, for their tokens", records,
            of("tried", ({ accepted }) => !accepted)),
        ["longest wait for a lock that was acquired",
            ...CLIENTS.map(client => longestWait(acquisitions, client))]
    ]);
}

function whatWentWrong(records)
{
    const names = new Map();

    for (const record of records)
    {
        const name = record.kind === "fault" ? record.fault : PROCESS_FAULTS[record.kind];
        if (name !== undefined)
        {
            names.set(name, (names.get(name) || 0) + 1);
        }
    }
    return table(["fault", "times"], [...names].sort((a, b) => b[1] - a[1]));
}

function notices({ figures, records })
{
    const finals = records.filter(({ kind }) => kind === "final");

    return [
        `- After the end of all faults and holders, ${finals.length} locks were acquired; the last ` +
            `after ${seconds(Math.max(...finals.map(({ took_ms }) => took_ms)))}.`,
        `- Commands of "ddblock run" that were seen when their lock was another's: ` +
            `${figures.commands_beyond_paused} whose tool was stopped, ` +
            `${figures.commands_beyond} others, for ${figures.command_late_ms.toFixed(0)} ms at ` +
            `most.`,
        `- The npm client believed beyond its lease ${figures.npm_beyond} times, for ` +
            `${seconds(figures.npm_beyond_ms)} at most (it keeps no deadline), brought a ` +
            `released lock back to life ` +
            `${count(records, ({ kind, op }) => kind === "write" && op === "revive")} times, ` +
            `and crashed ${figures.npm_crashes} times.`
    ].join("\n");
}

/* The report as Markdown. */
function report(verdict)
{
    const run = verdict.run;
    const broken = verdict.violations.map(({ rule, at, text }) =>
        `- at ${seconds(at)}: ${rule}: ${text}`);

    return [
        `# Chaos, seed ${run.seed}, ${seconds(run.storm_ms)} of storm`,
        `Lease ${run.lease_ms} ms; ${run.clocks}.`,
        whatWasDone(verdict),
        whatWentWrong(verdict.records),
        notices(verdict),
        broken.length === 0 ? "No promise was broken."
            : `**${broken.length} violations:**\n\n${broken.slice(0, 50).join("\n")}`
    ].join("\n\n");
}

module.exports = { report };
