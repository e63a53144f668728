/* npm-lock-client.js - opens the npm package dynamodb-lock-client on the engine of the
 * environment, $AWS_ENDPOINT_URL_DYNAMODB, in a table with the partition key "id". */
"use strict";

const path = require("path");

const MODULES = path.join(__dirname, "..", "npm", "node_modules");
process.env.AWS_SDK_JS_SUPPRESS_MAINTENANCE_MODE_MESSAGE = "1";
const AWS = require(path.join(MODULES, "aws-sdk"));
const LockClient = require(path.join(MODULES, "dynamodb-lock-client"));

/* kind is "open" or "closed"; options are the package's, httpOptions those of the SDK. */
function openClient(kind, table, options, httpOptions)
{
    const Client = kind === "open" ? LockClient.FailOpen : LockClient.FailClosed;

    return new Client({
        dynamodb: new AWS.DynamoDB.DocumentClient({
            endpoint: process.env.AWS_ENDPOINT_URL_DYNAMODB,
            region: process.env.AWS_REGION,
            httpOptions
        }),
        lockTable: table,
        partitionKey: "id",
        ...options
    });
}

module.exports = { openClient };
