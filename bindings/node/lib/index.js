/* index.js - what the package exports: the names of the original. */
"use strict";

const { FailClosed, FailOpen } = require("./client.js");
const { Lock } = require("./lock.js");

module.exports = { FailClosed, FailOpen, Lock };
