"use strict";
module.exports = { picture: () => "<svg/>" };
