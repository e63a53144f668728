/* readme-engine.js - has programs that run after it find the engine of the tests. */
"use strict";

const { AWS, ENDPOINT } = require("./support.js");

AWS.config.update({ dynamodb: { endpoint: ENDPOINT } });
