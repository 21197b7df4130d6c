from library.train_util import LatentsCachingStrategy


class SdSdxlLatentsCachingStrategy(LatentsCachingStrategy):
    @property
    def cache_suffix(self):
        return "_sd.npz"
