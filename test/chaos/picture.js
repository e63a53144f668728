/* picture.js - a stretch of a run as SVG: what the processes met, and for each lock who really had
 * it, who believed to, and what the resource made of it. */
"use strict";

const { beliefBars, inRows, lifeBars, resourceBars, tableBars, windowOf } = require("./timeline");

const WIDTH = 1600;
const LEFT = 190;
const RIGHT = 30;
const ROW = 24;
const BAR = 16;

const COLOURS = ["#1f6fb4", "#39a0a0", "#4d8f2f", "#9bbf3b", "#e08a1e", "#c4508f"];

/* What the faults of requests look like to the process that meets them. */
const CLASSES = [
    { title: "reply lost, or an error though it was carried out", colour: "#c62828",
        test: name => /^(drop-reply|swallow-reply|half-close|apply)/.test(name) },
    { title: "request lost or refused", colour: "#455a64",
        test: name => /^(reset|stall|refuse)/.test(name) },
    { title: "carried out late or twice", colour: "#7b3fb5",
        test: name => /^(late|double)/.test(name) },
    { title: "slow", colour: "#c9a227", test: name => /^delay/.test(name) }
];

const STYLE = `text{font-family:"DejaVu Sans",Verdana,sans-serif;font-size:13px;fill:#263238}
.title{font-size:22px;font-weight:bold}.note{font-size:13px;fill:#546e7a}
.section{font-weight:bold;font-size:15px}.token{font-size:10px;fill:#fff;text-anchor:middle}
.axis{font-size:11px;fill:#78909c;text-anchor:middle}.label{text-anchor:end}`;

function escape(text)
{
    return String(text).replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
}

/* Draws into a window of time, downwards. */
class Canvas
{
    constructor(window, names)
    {
        this.window = window;
        this.colours = new Map(names.map((name, i) => [name, COLOURS[i % COLOURS.length]]));
        this.parts = [];
        this.y = 0;
    }

    colour(who)
    {
        return this.colours.get(who.split("#")[0]) || "#90a4ae";
    }

    x(at)
    {
        const { from, to } = this.window;
        const inside = Math.min(Math.max(at, from), to);
        return Number((LEFT + (inside - from) / (to - from) * (WIDTH - LEFT - RIGHT)).toFixed(1));
    }

    shows(from, to)
    {
        return to >= this.window.from && from <= this.window.to;
    }

    add(part)
    {
        this.parts.push(part);
    }

    text(x, y, name, text)
    {
        this.add(`<text x="${x}" y="${y}" class="${name}">${escape(text)}</text>`);
    }

    bar({ from, to }, top, height, attributes)
    {
        if (this.shows(from, to))
        {
            const width = Math.max(1, this.x(to) - this.x(from)).toFixed(1);
            this.add(`<rect x="${this.x(from)}" y="${top}" width="${width}" height="${height}" ` +
                `${attributes}/>`);
        }
    }

    /* A bar in the colour of its process, with its token where there is room. */
    held(bar, top)
    {
        this.bar(bar, top, BAR, `rx="3" fill="${this.colour(bar.who)}"`);
        const [from, to] = [this.x(bar.from), this.x(bar.to)];
        if (this.shows(bar.from, bar.to) && to - from > 8 * String(bar.token).length + 4)
        {
            this.text(((from + to) / 2).toFixed(1), top + 12, "token", bar.token);
        }
    }

    cross(at, y)
    {
        if (this.shows(at, at))
        {
            const x = this.x(at);
            this.add(`<path d="M${x - 5} ${y - 5}l10 10m0 -10l-10 10" stroke="#b71c1c" ` +
                `stroke-width="2.5"/>`);
        }
    }

    triangle(x, y)
    {
        this.add(`<path d="M${x - 4} ${y}h8l-4 8z" fill="#b71c1c"/>`);
    }
}

function drawProcess(canvas, records, name)
{
    const middle = canvas.y + ROW / 2;
    const own = records.filter(({ who }) => who !== undefined && who.split("#")[0] === name);

    canvas.add(`<rect x="20" y="${middle - 7}" width="14" height="14" rx="3" ` +
        `fill="${canvas.colour(name)}"/>`);
    canvas.text(LEFT - 12, middle + 5, "label", name);
    for (const life of lifeBars(records, name))
    {
        canvas.bar(life, middle - 1, 2, `fill="${canvas.colour(name)}"`);
    }
    for (const { kind, at, until, fault } of own)
    {
        if (kind === "pause" || kind === "cut")
        {
            canvas.bar({ from: at, to: until ?? Infinity }, middle - BAR / 2, BAR,
                `fill="url(#${kind})" stroke="#78909c"`);
        }
        const looks = kind === "fault" && CLASSES.find(({ test }) => test(fault));
        if (looks && canvas.shows(at, at))
        {
            canvas.add(`<path d="M${canvas.x(at)} ${middle - 8}v16" stroke="${looks.colour}" ` +
                `stroke-width="2"/>`);
        }
    }
    own.filter(({ kind }) => kind === "kill").forEach(({ at }) => canvas.cross(at, middle));
    canvas.y += ROW;
}

function drawLock(canvas, verdict, lock)
{
    const { records, acquisitions } = verdict;
    const beliefs = inRows(beliefBars(acquisitions, lock)
        .filter(({ from, to }) => canvas.shows(from, to)));
    const rows = Math.max(1, ...beliefs.map(({ row }) => row + 1));

    canvas.y += 18;
    canvas.text(20, canvas.y + 17, "section", lock);
    canvas.text(LEFT - 12, canvas.y + 17, "label", "in the table");
    tableBars(verdict, lock).forEach(bar =>
    {
        canvas.bar(bar, canvas.y + 4, BAR, `rx="3" fill="${canvas.colour(bar.who)}" ` +
            `opacity="0.35"`);
        if (bar.used_until > bar.from)
        {
            canvas.held({ ...bar, to: bar.used_until }, canvas.y + 4);
        }
        if (bar.takenOver && canvas.shows(bar.from, bar.from))
        {
            canvas.add(`<path d="M${canvas.x(bar.from)} ${canvas.y + 1}v${ROW - 2}" ` +
                `stroke="#263238" stroke-width="2"/>`);
        }
    });
    canvas.y += ROW;
    canvas.text(LEFT - 12, canvas.y + 17, "label", "believed");
    beliefs.forEach(bar => canvas.held(bar, canvas.y + 4 + bar.row * (BAR + 2)));
    canvas.y += ROW + (rows - 1) * (BAR + 2);
    canvas.text(LEFT - 12, canvas.y + 13, "label", "writes");
    for (const bar of resourceBars(records, lock))
    {
        if (bar.accepted)
        {
            canvas.bar(bar, canvas.y + 8, 4, `fill="${canvas.colour(bar.who)}"`);
        }
        else if (canvas.shows(bar.from, bar.from))
        {
            canvas.bar(bar, canvas.y + 14, 4, `fill="#b71c1c"`);
            canvas.triangle(canvas.x(bar.from), canvas.y + 4);
        }
    }
    canvas.y += ROW;
}

function drawAxis(canvas, top)
{
    const { from, to } = canvas.window;
    const step = to - from > 60000 ? 10000 : 5000;
    const lines = [];

    for (let at = Math.ceil(from / step) * step; at <= to; at += step)
    {
        lines.push(`<path d="M${canvas.x(at)} ${top}V${canvas.y + 6}" stroke="#eceff1"/>`);
        canvas.text(canvas.x(at), canvas.y + 20, "axis", `${at / 1000} s`);
    }
    canvas.parts.unshift(...lines);
    canvas.y += 34;
}

/* One line of samples with their meanings, each { draw(x, y), title }. */
function drawLegend(canvas, entries)
{
    const y = canvas.y + 12;
    let x = LEFT;

    for (const { draw, title } of entries)
    {
        draw(x, y);
        canvas.text(x + 28, y + 5, "note", title);
        x += 56 + title.length * 7.6;
    }
    canvas.y += 26;
}

function drawLegends(canvas)
{
    const box = fill => (x, y) => canvas.add(
        `<rect x="${x}" y="${y - 8}" width="22" height="16" fill="url(#${fill})" ` +
        `stroke="#78909c"/>`);
    const tick = colour => (x, y) => canvas.add(
        `<path d="M${x + 11} ${y - 8}v16" stroke="${colour}" stroke-width="3"/>`);

    drawLegend(canvas, [{ draw: box("pause"), title: "paused (SIGSTOP)" },
        { draw: box("cut"), title: "cut off from the engine" },
        { draw: (x, y) => canvas.add(`<path d="M${x + 6} ${y - 5}l10 10m0 -10l-10 10" ` +
            `stroke="#b71c1c" stroke-width="2.5"/>`), title: "killed" },
        { draw: tick("#263238"), title: "taken over: the lease had run out" },
        { draw: (x, y) => canvas.add(`<rect x="${x}" y="${y - 8}" width="22" height="16" rx="3" ` +
            `fill="${COLOURS[0]}" opacity="0.35"/>`), title: "rest of a lease, unused" },
        { draw: (x, y) => canvas.triangle(x + 11, y - 4), title: "write refused by its token" }]);
    drawLegend(canvas, CLASSES.map(({ colour, title }) => ({ draw: tick(colour), title })));
}

const PATTERNS = `<defs><pattern id="pause" width="6" height="6" patternUnits="userSpaceOnUse" ` +
    `patternTransform="rotate(45)"><rect width="6" height="6" fill="#fff"/>` +
    `<rect width="2.5" height="6" fill="#90a4ae"/></pattern>` +
    `<pattern id="cut" width="6" height="6" patternUnits="userSpaceOnUse">` +
    `<rect width="6" height="6" fill="#fff8e1"/><circle cx="3" cy="3" r="1.3" fill="#8d6e63"/>` +
    `</pattern></defs>`;

/* Returns the picture; options may name a window by its seconds, from and for. */
function picture(verdict, options)
{
    const { run, records, violations } = verdict;
    const canvas = new Canvas(windowOf(verdict, options), run.names);
    const seconds = Math.round((canvas.window.to - canvas.window.from) / 1000);

    canvas.text(20, 36, "title", `${run.locks.length} locks, ${run.names.length} processes, ` +
        `${seconds} seconds of chaos`);
    canvas.text(20, 58, "note", `Seed ${run.seed}, lease ${run.lease_ms / 1000} s. ours: a program ` +
        `with the library; run: ddblock run; npm: dynamodb-lock-client. ` +
        `${violations.length === 0 ? "No promise was broken." : `${violations.length} violations.`}`);
    canvas.y = 80;
    canvas.add(`<rect x="12" y="74" width="${WIDTH - 24}" ` +
        `height="${run.names.length * ROW + 12}" rx="6" fill="#f7f9fa"/>`);
    run.names.forEach(name => drawProcess(canvas, records, name));
    run.locks.forEach(lock => drawLock(canvas, verdict, lock));
    drawAxis(canvas, 80);
    drawLegends(canvas);
    const height = canvas.y + 12;
    return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" ` +
        `width="${WIDTH}" height="${height}"><style>${STYLE}</style>${PATTERNS}` +
        `<rect width="${WIDTH}" height="${height}" fill="#fff"/>\n${canvas.parts.join("\n")}\n</svg>\n`;
}

module.exports = { picture };
