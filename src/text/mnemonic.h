/*
 * text/mnemonic.h - names of protocols and services, for WKS.
 *
 * Shape    Searched with wire_mnemonic_find. Not getservbyname: a zone must mean the same
 *          on every machine.
 * Floor    2. Private to text.
 * Threads  Pure.
 * RFC      1010 (the names of then); 1035 3.4.2.
 */
#pragma once

#include "wire/const.h"

extern const struct wire_mnemonics text_protocols;
extern const struct wire_mnemonics text_services;
