/**
 * MetaFormer and PoolFormer: a pyramid of blocks "norm, token mixer, residual, norm, channel MLP,
 * residual", with average pooling or another mixer per stage ("MetaFormer Is Actually What You Need
 * for Vision", CVPR 2022), and Grad-CAM heat maps of what such a network looks at.
 *
 * <p>Equations 3 and 4 (the block) are {@code MetaFormerBlock}, section 3.2 (pooling) and the other
 * mixers {@code TokenMixers}, the pyramid {@link dev.melange.papers.metaformer.PoolFormer}; {@code
 * MetaFormerStudy} repeats the ablation of the mixers and of the block's parts under one budget.
 */
package dev.melange.papers.metaformer;
