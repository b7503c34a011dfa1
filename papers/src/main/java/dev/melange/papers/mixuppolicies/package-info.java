/** Hand-crafted mixing policies as verifiable components, and the network they are used with. */
package dev.melange.papers.mixuppolicies;
