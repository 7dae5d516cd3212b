"use strict";
document.forms[0].requestSubmit();
