/**
 * MetaFormer and PoolFormer: a pyramid of blocks "norm, token mixer, residual, norm, channel MLP,
 * residual", with average pooling or another mixer per stage ("MetaFormer Is Actually What You Need
 * for Vision", CVPR 2022), and Grad-CAM heat maps of what such a network looks at.
 */
package dev.melange.papers.metaformer;
