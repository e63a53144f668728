/* native.js - the addon, once for each context that loads it. */
"use strict";

const addon = require("../build/ddblock.node");

/* What is held stays held in the table, as when the process dies; but no thread of ours runs on
 * while the process is being torn down. */
process.on("exit", () => addon.end());

module.exports = addon;
