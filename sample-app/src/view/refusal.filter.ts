import { Catch, HttpStatus, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { Response } from 'express';
import { RoostException } from 'nestjs-roost';
import type { Refusal } from '../accounts/account.contract.js';

/** Answers over HTTP what a DTO's validation refuses: in words, with the field. */
@Catch(RoostException)
export class RefusalFilter implements ExceptionFilter<RoostException> {
  catch({ code, details, message }: RoostException, host: ArgumentsHost): void {
    const [first] = (Array.isArray(details) ? details : []) as { readonly field?: string; readonly message?: string }[];
    const refusal: Refusal = {
      message: first?.message ?? message,
      ...(first?.field !== undefined && { field: first.field }),
    };
    const status = code === 'VALIDATION_FAILED' ? HttpStatus.UNPROCESSABLE_ENTITY : HttpStatus.SERVICE_UNAVAILABLE;
    host.switchToHttp().getResponse<Response>().status(status).json(refusal);
  }
}
