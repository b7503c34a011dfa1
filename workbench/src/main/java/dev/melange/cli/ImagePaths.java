package dev.melange.cli;

import dev.melange.data.DataException;
import dev.melange.data.image.ImageFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Image files that a command was given. */
final class ImagePaths {
  private ImagePaths() {}

  /**
   * Files as they are, and the images of folders, however deep they lie, by name.
   *
   * @throws DataException if a folder has no images
   * @throws NoSuchFileException if there is no such file or folder
   */
  static List<Path> of(List<Path> paths) throws IOException {
    List<Path> files = new ArrayList<>();
    for (Path path : paths) {
      if (Files.isDirectory(path)) {
        int before = files.size();
        try (Stream<Path> below = Files.walk(path)) {
          below
              .filter(file -> ImageFiles.isImageName(file.getFileName().toString()))
              .filter(Files::isRegularFile)
              .sorted()
              .forEach(files::add);
        }
        if (files.size() == before) {
          throw new DataException(path + " holds no images (JPEG, PNG, GIF, BMP, WebP)");
        }
      } else if (Files.exists(path)) {
        files.add(path);
      } else {
        throw new NoSuchFileException(path.toString(), null, "no such image or folder");
      }
    }
    return files;
  }
}
