package dev.melange.web;

/** A request that cannot be answered as asked. The message is for the client. */
public final class RequestException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int status;

  private RequestException(int status, String message) {
    super(message);
    this.status = status;
  }

  /** 400: says what was expected and what came. */
  public static RequestException bad(String message) {
    return new RequestException(400, message);
  }

  /** 403. */
  public static RequestException forbidden(String message) {
    return new RequestException(403, message);
  }

  /** 404. */
  public static RequestException notFound(String message) {
    return new RequestException(404, message);
  }

  /** Another status from 400 to 599. */
  public static RequestException of(int status, String message) {
    return new RequestException(status, message);
  }

  /** The HTTP status. */
  public int status() {
    return status;
  }
}
