/* plot.js - draws the plots of docs/performance.md from what scripts/bench has measured.
 *
 *     node bench/plot.js DATA FOLDER
 *
 * DATA is the folder of scripts/bench; each plot is an SVG in FOLDER. One whose figures are not there
 * is left out. */
"use strict";

const fs = require("fs");
const path = require("path");

const [DATA, FOLDER] = process.argv.slice(2);
const INK = "#222";
const FAINT = "#ddd";
const OURS = "#1668b8";
const OURS_TOO = "#6fb1e8";
const THEIRS = "#c2571a";
const FLOOR = "#8a8a8a";

/* The lines of figures of a name; [] if it was not measured. */
function read(name)
{
    const file = path.join(DATA, name);
    return fs.existsSync(file)
        ? fs.readFileSync(file, "utf8").trim().split("\n").filter(line => line !== "")
            .map(line => line.split(" ").map(Number))
        : [];
}

/* The median of a column, as scripts/bench takes it; undefined if it was not measured. */
function median(name, column)
{
    const values = read(name).map(line => line[column - 1]).sort((a, b) => a - b);
    return values[Math.ceil(values.length / 2) - 1];
}

const escape = text => String(text).replace(/&/g, "&amp;").replace(/</g, "&lt;");

function text(x, y, words, { anchor = "start", size = 12, colour = INK, weight = "normal" } = {})
{
    return `<text x="${x}" y="${y}" text-anchor="${anchor}" font-size="${size}" fill="${colour}" ` +
        `font-weight="${weight}">${escape(words)}</text>`;
}

function line(x1, y1, x2, y2, colour = FAINT)
{
    return `<line x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}" stroke="${colour}"/>`;
}

function save(name, width, height, parts)
{
    fs.writeFileSync(path.join(FOLDER, name),
        `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" ` +
        `viewBox="0 0 ${width} ${height}" font-family="sans-serif">\n` +
        `<rect width="${width}" height="${height}" fill="#fff"/>\n${parts.join("\n")}\n</svg>\n`);
}

const round = value => Number(value.toPrecision(3));

/* Bars, the longest as long as the panel: rows of [name, value, colour]. Returns parts and height. */
function panel(top, title, unit, rows)
{
    const [left, width, step] = [300, 330, 26];
    const most = Math.max(...rows.map(row => row[1]));
    const parts = [text(20, top + 16, title, { size: 14, weight: "bold" })];

    rows.forEach(([name, value, colour], i) =>
    {
        const y = top + 28 + i * step;
        const length = Math.max(1, value / most * width);
        parts.push(text(left - 10, y + 14, name, { anchor: "end" }),
            `<rect x="${left}" y="${y}" width="${length.toFixed(1)}" height="18" fill="${colour}"/>`,
            text(left + length + 8, y + 14, `${round(value)} ${unit}`));
    });
    return { parts, height: 28 + rows.length * step + 22 };
}

function plotPeers()
{
    const rows = list => list.filter(row => row[1] !== undefined);
    const panels = [
        ["CPU of an acquisition and release", "µs", rows([
            ["a bare socket, the same bytes", median("cpu-floor_socket", 1), FLOOR],
            ["bare libcurl, the same bytes", median("cpu-floor_curl", 1), FLOOR],
            ["ddblock", median("cpu-ours", 1), OURS],
            ["the drop-in for Node", median("cpu-drop-in", 1), OURS_TOO],
            ["dynamodb-lock-client, connections kept", median("cpu-npm-kept", 1), THEIRS],
            ["dynamodb-lock-client", median("cpu-npm", 1), THEIRS]])],
        ["acquire, run true, release", "ms", rows([
            ["true alone", median("start-bare", 1), FLOOR],
            ["flock", median("start-flock", 1), FLOOR],
            ["ddblock run --file", median("start-file", 1), OURS],
            ["ddblock run --table", median("start-table", 1), OURS],
            ["node alone", median("start-node", 1), FLOOR],
            ["node with dynamodb-lock-client", median("start-npm", 1), THEIRS]])],
        ["resident memory, holding one lock", "MiB", rows([
            ["ddblock run --file", median("start-resident-file", 1), OURS],
            ["ddblock run --table", median("start-resident-table", 1), OURS],
            ["node with dynamodb-lock-client", median("start-resident-npm", 3), THEIRS]])]
    ].filter(([, , list]) => list.length > 1);
    const parts = [];
    let top = 14;

    for (const [title, unit, list] of panels)
    {
        const drawn = panel(top, title, unit, list);
        parts.push(...drawn.parts);
        top += drawn.height;
    }
    if (panels.length > 0)
    {
        save("bench-peers.svg", 760, top, parts);
    }
}

/* A frame with two axes, each linear or logarithmic: { at, parts }. */
function frame({ title, x, y })
{
    const [left, top, width, height] = [80, 50, 560, 300];
    const place = ({ from, to, log }, value) => (log
        ? Math.log(value / from) / Math.log(to / from)
        : (value - from) / (to - from));
    const at = {
        x: value => left + place(x, value) * width,
        y: value => top + height - place(y, value) * height
    };
    const parts = [text(left, 28, title, { size: 14, weight: "bold" })];

    for (const [value, label] of x.ticks)
    {
        parts.push(line(at.x(value), top, at.x(value), top + height),
            text(at.x(value), top + height + 18, label, { anchor: "middle" }));
    }
    for (const [value, label] of y.ticks)
    {
        parts.push(line(left, at.y(value), left + width, at.y(value)),
            text(left - 8, at.y(value) + 4, label, { anchor: "end" }));
    }
    parts.push(text(left + width / 2, top + height + 40, x.title, { anchor: "middle" }),
        `<text transform="translate(18 ${top + height / 2}) rotate(-90)" text-anchor="middle" ` +
        `font-size="12" fill="${INK}">${escape(y.title)}</text>`);
    return { at, parts };
}

function curve(at, points, colour, dashed = false)
{
    return `<polyline points="${points.map(([x, y]) => `${at.x(x).toFixed(1)},${at.y(y).toFixed(1)}`)
        .join(" ")}" fill="none" stroke="${colour}" stroke-width="2"` +
        `${dashed ? " stroke-dasharray=\"6 4\"" : ""}/>`;
}

function dots(at, points, colour)
{
    return points.map(([x, y]) => `<circle cx="${at.x(x).toFixed(1)}" cy="${at.y(y).toFixed(1)}" ` +
        `r="4" fill="${colour}"/>`).join("");
}

/* What the colours are: rows of [words, colour, dashed]. */
function legend(x, y, rows)
{
    return rows.map(([words, colour, dashed], i) =>
        `<line x1="${x}" y1="${y + i * 20}" x2="${x + 26}" y2="${y + i * 20}" stroke="${colour}" ` +
        `stroke-width="3"${dashed ? " stroke-dasharray=\"6 4\"" : ""}/>` +
        text(x + 34, y + i * 20 + 4, words));
}

function plotNextHolder()
{
    const lines = [
        ["next-samples-ours-1", "ddblock, after a release", OURS, false],
        ["next-samples-drop-in", "the drop-in, after a release", OURS_TOO, false],
        ["next-samples-npm", "dynamodb-lock-client, after a release", THEIRS, false],
        ["crash-samples-ours", "ddblock, after kill -9", OURS, true],
        ["crash-samples-npm", "dynamodb-lock-client, after kill -9", THEIRS, true]
    ].map(([name, ...rest]) => [read(name).map(row => row[0]).sort((a, b) => a - b), ...rest])
        .filter(([samples]) => samples.length > 0);
    const ticks = [[1, "1 ms"], [10, "10 ms"], [100, "100 ms"], [1000, "1 s"], [10000, "10 s"]];
    const { at, parts } = frame({
        title: "From one holder to the next, a lease of 10 s",
        x: { title: "time since the release, or the kill", from: 1, to: 30000, log: true, ticks },
        y: { title: "share of the waiters that have the lock", from: 0, to: 1,
            ticks: [[0, "0"], [0.25, "25 %"], [0.5, "50 %"], [0.75, "75 %"], [1, "100 %"]] }
    });

    if (lines.length === 0)
    {
        return;
    }
    for (const [samples, , colour, dashed] of lines)
    {
        const every = Math.ceil(samples.length / 200);
        const points = samples.map((ms, i) => [Math.max(1, ms), (i + 1) / samples.length])
            .filter((_, i) => i % every === 0 || i === samples.length - 1);
        parts.push(curve(at, [[1, 0], [points[0][0], 0], ...points, [30000, 1]], colour, dashed));
    }
    parts.push(...legend(90, 70, lines.map(([, words, colour, dashed]) => [words, colour, dashed])));
    save("bench-next-holder.svg", 680, 410, parts);
}

function plotHour()
{
    const leases = [3000, 10000, 30000, 60000];
    const measured = kind => leases.map(lease => [lease / 1000, median(`hour-${kind}-${lease}`, 1)])
        .filter(([, value]) => value > 0);
    const [writes, reads] = [measured("writes"), measured("reads")];
    const formula = units => [3, 5, 10, 20, 30, 60].map(lease => [lease, units(lease)]);
    const { at, parts } = frame({
        title: "What a lock costs in an hour, at default periods",
        x: { title: "lease", from: 2.5, to: 72, log: true,
            ticks: [3, 10, 30, 60].map(lease => [lease, `${lease} s`]) },
        y: { title: "request units an hour", from: 100, to: 40000, log: true,
            ticks: [[100, "100"], [1000, "1,000"], [10000, "10,000"]] }
    });

    if (writes.length === 0)
    {
        return;
    }
    parts.push(curve(at, formula(lease => 3600 / (0.95 * lease / 3)), OURS),
        curve(at, formula(lease => 3600 / (lease / 40) / 2), OURS_TOO, true),
        dots(at, writes, OURS), dots(at, reads, OURS_TOO),
        ...legend(360, 74, [["held: write units", OURS], ["waited for: read units", OURS_TOO, true]]),
        text(360, 120, "lines: the formula; dots: measured"));
    save("bench-hour.svg", 680, 410, parts);
}

function plotHeartbeats()
{
    const counts = [100, 1000, 10000]; /* of one, too few are sent to tell */
    const ours = counts.map(count => [count, median(`held-${count}-0-0`, 5)])
        .filter(([, us]) => us !== undefined);
    const theirs = counts.map(count => [count, median(`held-npm-${count}`, 2)])
        .filter(([, us]) => us !== undefined);
    const { at, parts } = frame({
        title: "CPU of a heartbeat, by locks held in one process",
        x: { title: "locks held", from: 80, to: 12500, log: true,
            ticks: [[100, "100"], [1000, "1,000"], [10000, "10,000"]] },
        y: { title: "CPU of a heartbeat", from: 10, to: 2000, log: true,
            ticks: [[10, "10 µs"], [100, "100 µs"], [1000, "1 ms"]] }
    });

    if (ours.length === 0)
    {
        return;
    }
    parts.push(curve(at, ours, OURS), dots(at, ours, OURS),
        ...ours.map(([x, y]) => text(at.x(x), at.y(y) + 20, `${round(y)}`, { anchor: "middle", colour: OURS })));
    if (theirs.length > 0)
    {
        parts.push(curve(at, theirs, THEIRS), dots(at, theirs, THEIRS), ...theirs.map(([x, y]) =>
            text(at.x(x), at.y(y) - 10, `${round(y)}`, { anchor: "middle", colour: THEIRS })));
    }
    parts.push(...legend(400, 74, [["dynamodb-lock-client", THEIRS], ["ddblock", OURS]]));
    save("bench-heartbeats.svg", 680, 410, parts);
}

plotPeers();
plotNextHolder();
plotHour();
plotHeartbeats();
