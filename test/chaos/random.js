/* random.js - chance from a seed, so that a schedule of faults can be had again. */
"use strict";

/* Mulberry32, by Tommy Ettinger: 32 bits of state, far better than is needed here. */
class Random
{
    constructor(seed)
    {
        this.state = seed >>> 0;
    }

    /* The next number, 0 … 1. */
    next()
    {
        this.state = (this.state + 0x6d2b79f5) >>> 0;
        let z = this.state;
        z = Math.imul(z ^ (z >>> 15), z | 1);
        z ^= z + Math.imul(z ^ (z >>> 7), z | 61);
        return ((z ^ (z >>> 14)) >>> 0) / 4294967296;
    }

    between(low, high)
    {
        return low + this.next() * (high - low);
    }

    chance(probability)
    {
        return this.next() < probability;
    }

    pick(list)
    {
        return list[Math.floor(this.next() * list.length)];
    }

    /* One of [[weight, value]…], as often as its weight says. */
    draw(table)
    {
        let rest = this.next() * table.reduce((sum, [weight]) => sum + weight, 0);

        for (const [weight, value] of table)
        {
            rest -= weight;
            if (rest < 0)
            {
                return value;
            }
        }
        return table[table.length - 1][1];
    }

    /* Chance for another party, so that what one of them does leaves the others' alone. */
    fork(name)
    {
        let hash = this.state;

        for (const character of name)
        {
            hash = Math.imul(hash ^ character.codePointAt(0), 16777619);
        }
        return new Random(hash);
    }
}

module.exports = { Random };
